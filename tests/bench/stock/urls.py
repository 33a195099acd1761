"""Plain serializers and views: the list as a beginner writes it, and with the query a careful one writes."""

from django.contrib.auth.models import User
from django.urls import path
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tests.bench.stock.library.models import Download


class DownloadSerializer(serializers.ModelSerializer):
    """All of a row, and where its file is."""

    file_path = serializers.CharField(source="file.path", default=None)

    class Meta:
        model = Download
        fields = "__all__"


class DownloadList(generics.ListAPIView):
    """Newest first."""

    queryset = Download.objects.order_by("-download_date", "-id")
    serializer_class = DownloadSerializer


class JoinedDownloadList(DownloadList):
    """The same without a query for each row."""

    queryset = Download.objects.select_related("file").order_by("-download_date", "-id")


class FlatSerializer(serializers.ModelSerializer):
    """All of a row and nothing else."""

    class Meta:
        model = Download
        fields = "__all__"


class FlatDownloadList(DownloadList):
    """Rows without their files."""

    serializer_class = FlatSerializer


class UserSerializer(serializers.ModelSerializer):
    """Who is signed in."""

    class Meta:
        model = User
        fields = ("id", "username", "email", "is_staff", "date_joined", "last_login")


class Me(APIView):
    """Who is signed in."""

    def get(self, request: Request) -> Response:
        """The user."""
        return Response(UserSerializer(request.user).data)


urlpatterns = [
    path("downloads", DownloadList.as_view()),
    path("downloads/joined", JoinedDownloadList.as_view()),
    path("downloads/flat", FlatDownloadList.as_view()),
    path("auth/me", Me.as_view()),
]
