from django.urls import path

from bureau.views import accounts, office, wordings

app_name = "bureau"
urlpatterns = [
    path("login/", accounts.login, name="login"),
    path("logout/", accounts.logout, name="logout"),
    path("profile/", accounts.profile, name="profile"),
    path("profile/password/", accounts.password_change, name="password-change"),
    path("messages/", accounts.notifications, name="notifications"),
    path("messages/read/", accounts.notifications_read, name="notifications-read"),
    path("messages/<uuid:pk>/", accounts.notification_open, name="notification-open"),
    path("trail/", office.audit_trail, name="audit-trail"),
    path("trail/<int:pk>/", office.audit_event, name="audit-event"),
    path("trail/checkpoints.json", office.audit_checkpoints, name="audit-checkpoints"),
    path("jobs/<uuid:pk>/", office.job, name="job"),
    path("files/<uuid:pk>/", office.file, name="file"),
    path("settings/", office.settings, name="settings"),
    path("settings/<slug:key>/", office.setting_edit, name="setting-edit"),
    path("forms/", wordings.forms, name="forms"),
    path("forms/<slug:key>/", wordings.form, name="form"),
    path("forms/<slug:key>/edit/", wordings.edit, name="form-edit"),
    path("forms/<slug:key>/draft.pdf", wordings.draft_pdf, name="form-draft"),
    path("forms/<slug:key>/<int:version>/preview.pdf", wordings.version_pdf, name="form-preview"),
    path("forms/<slug:key>/<int:version>/restore/", wordings.restore, name="form-restore"),
    path("members/", office.members, name="members"),
    path("members/new/", office.member_create, name="member-create"),
    path("members/<int:pk>/", office.member_detail, name="member-detail"),
    path("members/<int:pk>/password/", office.member_password, name="member-password"),
    path("members/<int:pk>/active/", office.member_active, name="member-active"),
    path("seats/<int:pk>/end/", office.seat_end, name="seat-end"),
]
