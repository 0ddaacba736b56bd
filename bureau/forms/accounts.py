"""Sign in, change the password, enter people, seats and settings."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.password_validation import validate_password

from bureau.models import Agency, Role, User


class LoginForm(AuthenticationForm):
    username = forms.CharField(
        label="账号", widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    error_messages = {
        "invalid_login": "账号或密码不对，请核对大小写后再试；连续输错 5 次会锁定半小时。",
        "inactive": "这个账号已停用，请联系本单位系统管理员。",
    }


class ChangePasswordForm(PasswordChangeForm):
    error_messages = {
        "password_incorrect": "原密码不对，请重新输入。",
        "password_mismatch": "两次输入的新密码不一致，请重新输入。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "原密码"
        self.fields["new_password1"].label = "新密码"
        self.fields[
            "new_password1"
        ].help_text = "不少于 10 位，不能全是数字，不能是常见密码或与账号相近。"
        self.fields["new_password2"].label = "再输一遍新密码"
        self.fields["new_password2"].help_text = ""


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["phone", "email"]
        labels = {"phone": "手机", "email": "电子邮箱"}


class PersonForm(forms.Form):
    username = forms.RegexField(
        r"^[A-Za-z0-9._-]{3,40}$",
        label="账号",
        help_text="3–40 位字母、数字或 . _ -",
        error_messages={"invalid": "账号用 3–40 位字母、数字或 . _ -。"},
    )
    full_name = forms.CharField(label="姓名", max_length=40)
    phone = forms.CharField(label="手机", max_length=20, required=False)
    password = forms.CharField(
        label="初始密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="首次登录须自己改掉。不少于 10 位。",
        validators=[validate_password],
    )

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError("这个账号已有人使用，请换一个。")
        return username


class SeatForm(forms.Form):
    agency = forms.ModelChoiceField(Agency.objects.none(), label="单位")
    role = forms.ChoiceField(label="角色", choices=[("", "请选择"), *Role.choices])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.filter(  # type: ignore[attr-defined]
            authority_id__in=user.own_authority_ids, is_active=True
        )


class ResetPasswordForm(forms.Form):
    password = forms.CharField(
        label="新的初始密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        validators=[validate_password],
        help_text="本人下次登录须自己改掉。不少于 10 位。",
    )


__all__ = [
    "ChangePasswordForm",
    "LoginForm",
    "PersonForm",
    "ProfileForm",
    "ResetPasswordForm",
    "SeatForm",
]
