from django import forms

from bureau.forms.fields import day_field


class TrailFilter(forms.Form):
    q = forms.CharField(label="内容或对象", required=False, max_length=60)
    actor = forms.CharField(label="操作人", required=False, max_length=40)
    action = forms.ChoiceField(
        label="环节",
        required=False,
        choices=[
            ("", "全部"),
            ("matter.", "事项清单"),
            ("entity.", "检查对象"),
            ("import.", "导入"),
            ("plan.", "计划"),
            ("task.", "任务"),
            ("sitting.", "摇号"),
            ("draw.", "抽取"),
            ("visit.", "检查"),
            ("team.", "检查组"),
            ("order.", "检查审批"),
            ("outcome.", "结果"),
            ("result.", "公示"),
            ("disposal.", "处置"),
            ("objection.", "异议"),
            ("user.", "账号"),
            ("seat.", "角色"),
            ("setting.", "规则设置"),
        ],
    )
    since = day_field("自", required=False)
    until = day_field("至", required=False)
    about = forms.RegexField(
        r"^[a-z]+\.[a-z]+:[0-9a-f-]+$", required=False, widget=forms.HiddenInput
    )
