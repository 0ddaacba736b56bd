"""A bureau's own wording of a form: one field for each passage, its places checked beside it."""

from typing import Any

from django import forms

from bureau.models import DocumentWording
from bureau.rules import forms as rules
from bureau.selectors.wordings import Wording


class WordingForm(forms.Form):
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0, label="原版本")
    title = forms.CharField(label="标题", max_length=60)

    def __init__(
        self, *args: Any, wording: Wording, newest: int, has_subordinates: bool, **kwargs: Any
    ) -> None:
        texts = {f"text_{key}": rules.written(text) for key, text in wording.passages.items()}
        initial = {
            "base": newest,
            "title": wording.title,
            "head": wording.head,
            "issuer_mark": rules.written(wording.issuer_mark),
            "seal": wording.seal,
            **texts,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.passages = wording.form.passages
        for passage in self.passages:
            self.fields[f"text_{passage.key}"] = forms.CharField(
                label=passage.label,
                max_length=rules.LONGEST,
                widget=forms.Textarea(attrs={"rows": _rows(texts[f"text_{passage.key}"])}),
                help_text=_help(passage),
            )
        self.fields["head"] = forms.ChoiceField(label="版头", choices=DocumentWording.Head.choices)
        self.fields["issuer_mark"] = forms.CharField(
            label="发文机关标志",
            max_length=60,
            required=False,
            help_text="版头选“不印”时不用填。可以写 {本单位}，例如“{本单位}文件”。",
        )
        self.fields["seal"] = forms.ChoiceField(
            label="印章位置", choices=DocumentWording.Seal.choices
        )
        if has_subordinates:
            self.fields["reach"] = forms.ChoiceField(
                label="对下级的效力", choices=DocumentWording.Reach.choices, initial="own"
            )
        self.fields["reason"] = forms.CharField(
            label="修改原因", max_length=200, help_text="依据什么改、谁定的；记入版本记录。"
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for passage in self.passages:
            name = f"text_{passage.key}"
            if name in cleaned:
                for problem in rules.problems(passage, rules.read(cleaned[name])):
                    self.add_error(name, problem)
        mark = rules.Passage("mark", "发文机关标志", "")
        typed = cleaned.get("issuer_mark") or ""
        if typed and rules.problems(mark, rules.read(typed)):
            self.add_error("issuer_mark", "这里只能用 {本单位}，花括号要成对。")
        if cleaned.get("head", "none") != "none" and not typed:
            self.add_error("issuer_mark", "印版头的，请填写标志的文字，例如“{本单位}文件”。")
        return cleaned

    def typed(self) -> dict[str, Any]:
        """As the service takes it."""
        data = self.cleaned_data
        return {
            "title": data["title"],
            "passages": {p.key: data[f"text_{p.key}"] for p in self.passages},
            "head": data["head"],
            "issuer_mark": data["issuer_mark"],
            "seal": data["seal"],
        }


class RestoreForm(forms.Form):
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0, label="原版本")
    reason = forms.CharField(label="恢复原因", max_length=200)


def _rows(text: str) -> int:
    return max(2, min(12, len(text) // 40 + text.count("\n") + 1))


def _help(passage: rules.Passage) -> str:
    words = ["{" + rules.word_of(name) + "}" for name in ("authority", *passage.places)]
    text = f"可以填空的地方：{'、'.join(words)}。"
    if passage.required:
        must = "、".join("{" + rules.word_of(name) + "}" for name in passage.required)
        text += f"必须写明：{must}。"
    return text
