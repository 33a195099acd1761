// Justified rows: pictures keep their shape, rows are between 150 and 180 px high, a wider page shows more.
const WANTED = 166;
const HIGHEST = 186;
const GAP = 4;
const PHONE = 720;

function setSize(tile, width, height) {
  tile.style.flex = "none";
  tile.style.inlineSize = `${width}px`;
  tile.style.blockSize = `${height}px`;
}

function clear(list) {
  list.classList.remove("justified");
  for (const tile of list.children) tile.removeAttribute("style");
}

function ratioOf(tile) {
  const ratio = Number(tile.dataset.width) / Number(tile.dataset.height);
  return Number.isFinite(ratio) && ratio > 0 ? ratio : 4 / 3;
}

function rowHeight(row, room) {
  const sum = row.reduce((total, tile) => total + ratioOf(tile), 0);
  return (room - GAP * (row.length - 1)) / sum;
}

function place(row, room, height) {
  let left = room - GAP * (row.length - 1);
  row.forEach((tile, index) => {
    const last = index === row.length - 1;
    const width = Math.round(ratioOf(tile) * height);
    setSize(tile, last && height < HIGHEST ? Math.min(left, width + 3) : Math.min(left, width), Math.round(height));
    left -= Math.min(left, width);
  });
}

function layOut(list) {
  const room = list.clientWidth;
  if (!room) return;
  if (window.innerWidth < PHONE) {
    clear(list);
    limit(list, []);
    return;
  }
  list.classList.add("justified");
  const rows = [];
  let row = [];
  for (const tile of list.children) {
    tile.hidden = false;
    row.push(tile);
    if (rowHeight(row, room) <= WANTED + 8) {
      const shorter = row.slice(0, -1);
      const tooLow = rowHeight(row, room) < 138 && shorter.length && rowHeight(shorter, room) <= HIGHEST;
      if (tooLow) {
        place(shorter, room, rowHeight(shorter, room));
        rows.push(shorter);
        row = [tile];
      } else {
        place(row, room, rowHeight(row, room));
        rows.push(row);
        row = [];
      }
    }
  }
  if (row.length) {
    const height = Math.min(HIGHEST - 6, rowHeight(row, room));
    place(row, room, Math.min(height, WANTED));
    rows.push(row);
  }
  limit(list, rows);
}

/** On the dashboard only whole rows are shown: `data-rows` of them. */
function limit(list, rows) {
  const most = Number(list.dataset.rows);
  if (!most) return;
  const tiles = [...list.children];
  const shown = rows.length ? new Set(rows.slice(0, most).flat()) : new Set(tiles.slice(0, 9));
  for (const tile of tiles) tile.hidden = !shown.has(tile);
}

export function layOutAll() {
  for (const list of document.querySelectorAll("[data-justify]")) layOut(list);
}

export function startGallery() {
  layOutAll();
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    layOutAll();
  });
  document.body.addEventListener("htmx:afterSettle", layOutAll);
  document.body.addEventListener("gallery-changed", layOutAll);
  document.body.addEventListener("htmx:load", (event) => event.target.querySelector?.("[data-justify]") && layOutAll());
}
