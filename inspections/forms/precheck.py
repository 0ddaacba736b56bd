"""预查比对表 as one form: a result and a note for each line, the methods of each matter (A63)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms

from inspections.rules.precheck import RESULTS
from inspections.selectors.precheck import Sheet
from registry.models import Matter


class PreCheckForm(forms.Form):
    bring = forms.CharField(
        label="另带器材和材料",
        max_length=300,
        required=False,
        help_text="上面没有列出的，写在这里。",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    finish = forms.BooleanField(label="全部比对完毕，完成预查比对", required=False)

    def __init__(self, *args: Any, sheet: Sheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        for fact, line in sheet.rows:
            self.fields[f"r-{fact.key}"] = forms.ChoiceField(
                label=fact.label,
                choices=list(RESULTS.items()),
                required=False,
                widget=forms.RadioSelect,
                initial=line.result if line else "",
                error_messages={"invalid_choice": "请选择已比对、比对有出入或不适用。"},
            )
            self.fields[f"n-{fact.key}"] = forms.CharField(
                label=f"{fact.label}的说明",
                max_length=300,
                required=False,
                initial=line.note if line else "",
            )
        for task in sheet.tasks:
            self.fields[f"m-{task.row.pk}"] = forms.MultipleChoiceField(
                label=f"{task.row.matter.name}的检查方式",
                choices=Matter.Method.choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=task.methods or list(task.suggested),
                help_text=f"清单规定的方式：{task.suggested_labels or '未写'}。",
                error_messages={"invalid_choice": "请从清单的检查方式中选择。"},
            )
        self.fields["bring"].initial = sheet.row.bring if sheet.row else ""
        self.fields["seen"].initial = sheet.version
        self.fields["finish"].initial = bool(sheet.row and sheet.row.done_at)

    @property
    def rows(self) -> list[tuple[Any, Any, Any, Any]]:
        """(fact, line, result field, note field) in the order of the sheet."""
        return [
            (fact, line, self[f"r-{fact.key}"], self[f"n-{fact.key}"])
            for fact, line in self.sheet.rows
        ]

    @property
    def matters(self) -> list[tuple[Any, Any]]:
        return [(task, self[f"m-{task.row.pk}"]) for task in self.sheet.tasks]

    def results(self) -> Mapping[str, tuple[str, str]]:
        return {
            fact.key: (self.cleaned_data[f"r-{fact.key}"], self.cleaned_data[f"n-{fact.key}"])
            for fact, _ in self.sheet.rows
        }

    def methods(self) -> Mapping[UUID, Sequence[str]]:
        return {task.row.pk: self.cleaned_data[f"m-{task.row.pk}"] for task in self.sheet.tasks}
