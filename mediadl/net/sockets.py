"""The sockets that curl connects: the address is checked where the connection is made, and they can be cut."""

import os
import socket
import threading
from contextlib import suppress
from typing import Any, NamedTuple

import pycurl

from mediadl.net.addresses import is_allowed_address


class CurlAddress(NamedTuple):
    """What curl is about to connect to, as pycurl hands it over."""

    family: int
    socktype: int
    protocol: int
    addr: Any


class GuardedSockets:
    """Opens, closes and cuts the sockets of one curl handle.

    curl works on a duplicate of each socket that is opened here; both are one connection, known by
    its inode, so a ``shutdown`` here ends the wait inside curl at once, from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[int, socket.socket] = {}
        self._is_cut = False
        self._current: int | None = None
        self.refused_address = ""
        self.opened = 0
        self.current_was_closed = False
        self.current_had_unread = False

    def start(self) -> None:
        """Begin a request: forget what was refused before, and let sockets be opened again."""
        with self._lock:
            self._is_cut = False
            self._current = None
            self.current_was_closed = self.current_had_unread = False
        self.refused_address = ""

    def open(self, _purpose: int, address: CurlAddress) -> Any:
        """curl's OPENSOCKETFUNCTION: a socket for an allowed address, else ``SOCKET_BAD``."""
        family, socktype, protocol, addr = address
        ip = addr[0] if isinstance(addr, tuple) else ""
        ip = ip.decode("ascii", "replace") if isinstance(ip, bytes) else str(ip)
        if family not in {socket.AF_INET, socket.AF_INET6} or not is_allowed_address(ip):
            self.refused_address = ip or "a local socket"
            return pycurl.SOCKET_BAD
        with self._lock:
            if self._is_cut:
                return pycurl.SOCKET_BAD
            try:
                opened = socket.socket(family, socktype, protocol)
            except OSError:
                return pycurl.SOCKET_BAD
            self._open[os.fstat(opened.fileno()).st_ino] = opened
            self.opened += 1
        return opened

    def close(self, descriptor: int) -> int:
        """curl's CLOSESOCKETFUNCTION: closes curl's duplicate and ours."""
        with self._lock:
            try:
                inode = os.fstat(descriptor).st_ino
            except OSError:
                return 1
            ours = self._open.pop(inode, None)
            if ours is not None and inode == self._current:
                self.current_was_closed = True
                self.current_had_unread = _has_unread(ours)
        if ours is not None:
            ours.close()
        try:
            os.close(descriptor)
        except OSError:
            return 1
        return 0

    def use(self, local_port: int) -> None:
        """The request goes out over the connection with this port; others of the pool are not its own."""
        with self._lock:
            self.current_was_closed = self.current_had_unread = False
            ports = ((inode, opened.getsockname()[1]) for inode, opened in self._open.items())
            self._current = next((inode for inode, port in ports if port == local_port), None)

    def has_unread(self) -> bool:
        """Whether bytes lie in the request's connection (or did when it was closed) that curl did not want."""
        with self._lock:
            current = None if self._current is None else self._open.get(self._current)
            return self.current_had_unread or (current is not None and _has_unread(current))

    def drop_current(self) -> None:
        """End the request's connection, so that it is not used again."""
        with self._lock:
            current = None if self._current is None else self._open.get(self._current)
            if current is not None:
                _shut(current)

    def cut(self) -> None:
        """End every connection now, and refuse new ones until :meth:`start`."""
        with self._lock:
            self._is_cut = True
            for opened in self._open.values():
                _shut(opened)


def _has_unread(opened: socket.socket) -> bool:
    try:
        return bool(opened.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except OSError:
        return False  # nothing there, or no connection any more


def _shut(opened: socket.socket) -> None:
    with suppress(OSError):  # not connected yet, or the peer was faster
        opened.shutdown(socket.SHUT_RDWR)
