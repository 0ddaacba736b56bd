"""Upload of a roster, and the choice to leave rows with errors out."""

from typing import Any

from django import forms

from registry.models import ImportBatch, ImportRow


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label="导入什么", choices=ImportBatch.Kind.choices)
    file = forms.FileField(
        label="文件",
        help_text="Excel 工作簿（.xlsx）或 CSV。列名可以是本局习惯的叫法，表头上方可以有标题行。先核对，确认后才写入。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": "还没有选择文件。",
            "empty": "文件是空的，请重新选择。",
            "missing": "没有收到文件，请重新选择后再上传。",
        },
    )


class CommitForm(forms.Form):
    """Shown with a box to tick only when some rows have errors."""

    skip_errors = forms.BooleanField(required=False)

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not batch.errors:
            del self.fields["skip_errors"]
            return
        box = self.fields["skip_errors"]
        box.label = f"只写入无误的 {batch.new + batch.changed} 行，有错误的 {batch.errors} 行不写入"
        box.help_text = "有错误的行可以下载错误清单，改好后再传一次。"


class RowFilter(forms.Form):
    q = forms.CharField(label="名称或代码", required=False, max_length=60)
    verdict = forms.ChoiceField(
        label="判定", required=False, choices=[("", "全部"), *ImportRow.Verdict.choices]
    )
    noticed = forms.BooleanField(label="只看有提示的行", required=False)
    code = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    column = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    field = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
