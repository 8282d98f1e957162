from django.urls import path

from tradepost.core import views
from tradepost.kit.http import paths  # noqa: F401 - registers the converter of numbers

urlpatterns = [
    path("", views.home, name="home"),
    path("products/<number:pk>/like/", views.product_like, name="product-like"),
    path("mail/", views.mail, name="mail"),
    path("mail/<str:name>/", views.mail_message, name="mail-message"),
    path("mail/<str:name>/html/", views.mail_html, name="mail-html"),
    path("mail/<str:name>/files/<int:number>/", views.mail_attachment, name="mail-attachment"),
]
