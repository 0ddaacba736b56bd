"""Sentences that Django's own translation leaves in English."""

from django.contrib.auth.password_validation import MinimumLengthValidator


class LongEnough(MinimumLengthValidator):
    def get_error_message(self) -> str:
        return f"密码太短，不少于 {self.min_length} 位。"
