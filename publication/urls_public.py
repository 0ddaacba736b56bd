from django.urls import path, register_converter

from publication.views import (
    about,
    fairness,
    feed,
    firm_page,
    inspector_photo,
    lookup,
    matter_lists,
    notice_check,
    open_data,
    penalties,
    public,
    public_draws,
    verifiers,
)


class CodeConverter:
    """The codes of DRAW §1: what else stands in an address never reaches the database."""

    regex = "[0-9A-Za-z][0-9A-Za-z._-]{0,99}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CodeConverter, "code")
app_name = "public"
urlpatterns = [
    path("", public.home, name="home"),
    path("results/", public.results, name="results"),
    path("results/<uuid:pk>/", public.result_detail, name="result-detail"),
    path("records/<uuid:pk>.json", public.record_file, name="record-file"),
    path("penalties/", penalties.public_list, name="penalties"),
    path("penalties/<uuid:pk>/", penalties.public_detail, name="penalty-detail"),
    path("matters/", public.matters, name="matters"),
    path("matters/<int:pk>/", public.matter_detail, name="matter-detail"),
    path("matters/list/<uuid:pk>/", matter_lists.matter_list, name="matter-list"),
    path("matters/list/<uuid:pk>/list.pdf", matter_lists.matter_list_pdf, name="matter-list-pdf"),
    path("plans/", public.plans, name="plans"),
    path("plans/<uuid:pk>/", public.plan_detail, name="plan-detail"),
    path("draws/", public_draws.draws, name="draws"),
    path("draws/<code:number>/", public_draws.draw_detail, name="draw-detail"),
    path("draws/<code:number>/files.zip", public_draws.draw_zip, name="draw-zip"),
    path("draws/<code:number>/lookup/", lookup.draw_lookup, name="draw-lookup"),
    path("draws/<code:number>/lookup.pdf", lookup.draw_lookup_pdf, name="draw-lookup-pdf"),
    path("draws/<code:number>/ticket/", public_draws.draw_ticket, name="draw-ticket"),
    path("draws/<code:number>/<code:name>", public_draws.draw_file, name="draw-file"),
    path("notices/<uuid:pk>/", public.task_notice, name="task-notice"),
    path("fairness/<code:code>/", fairness.public_fairness, name="fairness"),
    path("fairness/<code:code>/<slug:name>.csv", fairness.public_fairness_csv, name="fairness-csv"),
    path("lookup/", lookup.lookup, name="lookup"),
    path("lookup.pdf", lookup.lookup_pdf, name="lookup-pdf"),
    path("chain/<code:code>/", public_draws.chain, name="chain"),
    path("chain/<code:code>/chain.tsv", public_draws.chain_file, name="chain-file"),
    path("verify/", verifiers.verify_page, name="verify"),
    path("verify/offline.html", verifiers.verify_offline, name="verify-offline"),
    path("verify.py", verifiers.verify_py, name="verify-py"),
    path("check/", notice_check.check_form, name="check"),
    path("check/<slug:token>/", notice_check.notice_check, name="notice-check"),
    path("check/<slug:token>/photo/<int:number>.jpg", inspector_photo.photo, name="notice-photo"),
    path("check/<slug:token>/rating/", firm_page.firm_rating, name="firm-rating"),
    path("check/<slug:token>/<slug:kind>/", firm_page.firm_request, name="firm-request"),
    path("feed.xml", feed.feed, name="feed"),
    path("feed/<code:code>.xml", feed.authority_feed, name="authority-feed"),
    path("open-data/", open_data.open_data, name="open-data"),
    path("open-data/results.schema.json", open_data.results_schema, name="results-schema"),
    path("open-data/results.csv-metadata.json", open_data.results_csvw, name="results-csvw"),
    path("open-data/results.csv", open_data.results_csv, name="results-csv"),
    path("open-data/results.json", open_data.results_json, name="results-json"),
    path("about/", about.about, name="about"),
    path("about/<slug:part>/", about.about_part, name="about-part"),
]
