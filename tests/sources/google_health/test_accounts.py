"""Connecting, renewing and disconnecting a Google account, over real HTTP with the provider on 127.0.0.1."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
from dataclasses import replace

import pytest

from pipeline.aws import Cloud
from pipeline.config import Settings
from pipeline.embedded.providers.google import CLIENT_ID, CLIENT_SECRET, GoogleProvider, pointed_at
from pipeline.errors import (
    AlreadyRunning,
    AuthFailed,
    ConfigInvalid,
    DataInvalid,
    ExternalApiDown,
    Forbidden,
    PipelineError,
    SchemaMismatch,
)
from pipeline.lake.bucket import Lake
from pipeline.sources.google_health.accounts import google_accounts, keep_client, stored_client
from pipeline.sources.google_health.consents import SignIns
from pipeline.sources.google_health.oauth import SCOPES, OAuthClient, challenge
from pipeline.sources.http import Http
from pipeline.sources.vault import Parameters, SecretsManager, Vault
from pipeline.words.catalogue import catalogue
from tests.conftest import Clock
from tests.support.places import ROOT
from tests.support.sources.google_person import REDIRECT, SUBJECT, World, no_sleep, press, world


def refused(kind: type[PipelineError], situation: str, error: pytest.ExceptionInfo[PipelineError]) -> None:
    assert isinstance(error.value, kind)
    assert error.value.facts["situation"] == situation


def test_the_challenge_is_the_one_of_the_standard() -> None:
    # RFC 7636, appendix B.
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_authorization_asks_for_offline_access_with_pkce_and_just_the_three_scopes(here: World) -> None:
    url = urllib.parse.urlsplit(here.accounts.begin(SUBJECT, "akari", REDIRECT))
    asked = dict(urllib.parse.parse_qsl(url.query))
    assert url.path == "/o/oauth2/v2/auth"
    assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
    assert asked["access_type"] == "offline" and asked["prompt"] == "consent"
    assert asked["scope"].split() == list(SCOPES) and asked["redirect_uri"] == REDIRECT
    assert "verifier" not in url.query


def test_a_consent_ends_with_tokens_in_the_vault(
    google: GoogleProvider, cloud: Cloud, lake: Lake, clock: Clock, vault: Vault
) -> None:
    here = world(google, cloud, lake, clock, vault)
    assert not here.accounts.connected("akari")
    here.connect()
    assert here.accounts.connected("akari")
    assert google.authority.scopes(here.accounts.access("akari")) == SCOPES


def test_a_refused_consent_is_named_and_keeps_nothing(here: World) -> None:
    with pytest.raises(Forbidden) as error:
        here.accounts.finish(here.consent(answer="deny"), SUBJECT)
    refused(Forbidden, "consent_refused", error)
    assert not here.accounts.connected("akari")


@pytest.mark.parametrize("forged", ["", "x", "0" * 43, "日本"])
def test_a_forged_state_is_refused(here: World, forged: str) -> None:
    answer = here.consent()
    with pytest.raises(Forbidden) as error:
        here.accounts.finish({**answer, "state": forged}, SUBJECT)
    refused(Forbidden, "state_unknown", error)
    here.accounts.finish(answer, SUBJECT)


def test_a_state_is_good_once(here: World) -> None:
    answer = here.consent()
    here.accounts.finish(answer, SUBJECT)
    with pytest.raises(Forbidden) as error:
        here.accounts.finish(answer, SUBJECT)
    refused(Forbidden, "state_used", error)


def test_a_state_belongs_to_who_started_and_another_person_does_not_use_it_up(here: World) -> None:
    answer = here.consent()
    with pytest.raises(Forbidden) as error:
        here.accounts.finish(answer, "mallory@example.com")
    refused(Forbidden, "state_of_another", error)
    assert here.accounts.finish(answer, SUBJECT) == "akari"


@pytest.mark.parametrize("minutes", [10.1, 59, -11])
def test_a_state_ends_after_ten_minutes_or_when_the_clock_is_set_back_by_more(
    here: World, clock: Clock, minutes: float
) -> None:
    answer = here.consent()
    clock.tick(60 * minutes)
    with pytest.raises(Forbidden) as error:
        here.accounts.finish(answer, SUBJECT)
    refused(Forbidden, "state_expired", error)


def test_a_code_is_good_once_and_its_second_use_ends_what_the_first_gave(here: World, google: GoogleProvider) -> None:
    first, second = here.consent(), here.consent()
    here.accounts.finish(first, SUBJECT)
    with pytest.raises(AuthFailed) as error:
        here.accounts.finish({**second, "code": first["code"]}, SUBJECT)
    refused(AuthFailed, "code_refused", error)
    assert google.authority.scopes(here.store.read("akari").access) is None  # type: ignore[union-attr]


def test_a_code_of_another_sign_in_fails_at_its_verifier(here: World) -> None:
    first, second = here.consent(), here.consent()
    with pytest.raises(AuthFailed) as error:
        here.accounts.finish({**second, "code": first["code"]}, SUBJECT)
    refused(AuthFailed, "code_refused", error)


@pytest.mark.parametrize("answer", [{"error": "server_error"}, {}, {"code": ""}])
def test_an_answer_without_a_code_is_named(here: World, answer: dict[str, str]) -> None:
    state = here.consent()["state"]
    with pytest.raises(AuthFailed) as error:
        here.accounts.finish({"state": state, **answer}, SUBJECT)
    refused(AuthFailed, "client_refused", error)


def test_a_narrowed_consent_is_given_back_and_names_what_lacks(here: World, google: GoogleProvider) -> None:
    google.authority.granted = SCOPES[:1]
    with pytest.raises(Forbidden) as error:
        here.connect()
    refused(Forbidden, "scope_missing", error)
    assert "activity_and_fitness.readonly" in error.value.facts["scopes"]
    assert not here.accounts.connected("akari")
    assert "/revoke" in google.requests


def full(user: str) -> None:
    raise DataInvalid(f"no room for {user}", record="account", field="users")


def test_a_person_who_cannot_be_listed_leaves_no_consent_behind(here: World, google: GoogleProvider) -> None:
    with pytest.raises(DataInvalid, match="no room for akari"):
        here.accounts.finish(here.consent(), SUBJECT, full)
    assert not here.accounts.connected("akari")
    assert all(grant.revoked for grant in google.authority._by_code.values())


def test_an_older_consent_outlives_one_that_could_not_be_listed(here: World, google: GoogleProvider) -> None:
    here.connect()
    before = here.store.read("akari")
    with pytest.raises(DataInvalid):
        here.accounts.finish(here.consent(), SUBJECT, full)
    assert here.store.read("akari") == before and "/revoke" not in google.requests


def test_a_narrowed_consent_does_not_end_the_whole_one_before_it(here: World, google: GoogleProvider) -> None:
    here.connect()
    google.authority.granted = SCOPES[:1]
    with pytest.raises(Forbidden):
        here.connect()
    assert "/revoke" not in google.requests and here.accounts.connected("akari")


def test_a_consent_that_the_vault_does_not_take_is_given_back(
    here: World, google: GoogleProvider, clock: Clock
) -> None:
    here.store.leases.take("google-health-token.akari", "other", clock().date())
    here.accounts = replace(here.accounts, store=replace(here.store, sleep=no_sleep))
    with pytest.raises(AlreadyRunning):
        here.connect()
    assert all(grant.revoked for grant in google.authority._by_code.values())


def test_whoever_has_just_connected_can_be_disconnected_at_once(here: World, google: GoogleProvider) -> None:
    here.accounts.finish(here.consent(), SUBJECT)
    assert here.accounts.disconnect("akari").revoked
    assert all(grant.revoked for grant in google.authority._by_code.values())


def test_an_unknown_client_is_told_from_a_bad_code(here: World) -> None:
    answer = here.consent()
    wrong = replace(here.accounts, client=lambda: stored_client(here.vault, "another", here.store.prefix))
    with pytest.raises(AuthFailed) as error:
        wrong.finish(answer, SUBJECT)
    refused(AuthFailed, "client_refused", error)


def test_without_a_client_the_setting_and_the_secret_are_named(cloud: Cloud) -> None:
    with pytest.raises(ConfigInvalid) as error:
        stored_client(SecretsManager(cloud.secretsmanager), CLIENT_ID, "nowhere")
    assert error.value.facts["variable"] == "PIPELINE_GOOGLE_CLIENT_ID"
    assert "nowhere/google-health/client" in error.value.message


@pytest.mark.parametrize("text", ["", "[]", "no JSON GOCSPX-planted-secret", '{"client_secret": 5}'])
def test_a_client_that_is_none_is_not_quoted(cloud: Cloud, text: str) -> None:
    vault, prefix = SecretsManager(cloud.secretsmanager), f"client-{len(text)}"
    vault.write(f"{prefix}/google-health/client", text or " ", None)
    with pytest.raises(ConfigInvalid) as error:
        stored_client(vault, CLIENT_ID, prefix)
    assert "planted" not in repr(error.value.args) + repr(error.value.facts)


@pytest.mark.parametrize("user", ["", "client", "../x", "a b", "あ", "a" * 65, "a/b"])
def test_a_user_that_cannot_name_a_secret_is_refused_before_anything_starts(here: World, user: str) -> None:
    with pytest.raises(DataInvalid):
        here.accounts.begin(SUBJECT, user, REDIRECT)


def test_the_consent_page_takes_no_address_outside_this_machine(here: World) -> None:
    url = here.accounts.begin(SUBJECT, "akari", "https://elsewhere.example/debug/sources")
    with pytest.raises(urllib.error.HTTPError):
        press(url, "allow")


def test_a_token_near_its_end_is_renewed_before_it_is_used(here: World, google: GoogleProvider, clock: Clock) -> None:
    here.connect()
    first = here.accounts.access("akari")
    assert here.accounts.access("akari") == first
    clock.tick(3600 - 59)
    second = here.accounts.access("akari")
    assert second != first and google.authority.refreshes == 1


@pytest.mark.parametrize("rotate", [False, True])
def test_a_refresh_keeps_the_refresh_token_unless_a_new_one_came(
    here: World, google: GoogleProvider, clock: Clock, rotate: bool
) -> None:
    google.authority.rotate = rotate
    here.connect()
    before = here.store.read("akari")
    for _ in range(3):
        clock.tick(3600)
        here.accounts.access("akari")
    after = here.store.read("akari")
    assert before and after and (before.refresh != after.refresh) == rotate


def test_a_revoked_consent_is_named_with_the_person(here: World, google: GoogleProvider, clock: Clock) -> None:
    here.connect()
    google.authority.revoke_all()
    clock.tick(3600)
    with pytest.raises(AuthFailed) as error:
        here.accounts.access("akari")
    refused(AuthFailed, "revoked", error)
    assert error.value.facts["user"] == "akari"


def test_a_consent_that_was_renewed_replaces_the_revoked_one(here: World, google: GoogleProvider) -> None:
    here.connect()
    google.authority.revoke_all()
    here.connect()
    assert google.authority.scopes(here.accounts.access("akari")) == SCOPES


def test_nobody_connected_is_named(here: World) -> None:
    with pytest.raises(AuthFailed) as error:
        here.accounts.access("kenji")
    refused(AuthFailed, "not_connected", error)


@pytest.mark.parametrize(
    "answer",
    [
        b"[]",
        b'{"access_token": 5}',
        b'{"access_token": "ya29.planted-x", "expires_in": "soon"}',
        b'{"access_token": "ya29.planted-x\\n", "expires_in": 3000}',
        b'{"access_token": "ya29.x", "refresh_token": "1//planted\\n", "expires_in": 3000}',
    ],
)
def test_a_strange_token_answer_is_a_named_mismatch_that_quotes_no_token(
    here: World, google: GoogleProvider, clock: Clock, answer: bytes
) -> None:
    here.connect()
    clock.tick(3600)
    google.fail(200, body=answer, path="/token")
    with pytest.raises(SchemaMismatch) as error:
        here.accounts.access("akari")
    assert "planted" not in repr(error.value.args) + repr(error.value.facts)
    assert here.accounts.access("akari")


def test_a_token_endpoint_that_is_down_loses_nothing(here: World, google: GoogleProvider, clock: Clock) -> None:
    here.connect()
    clock.tick(3600)
    google.fail(503, times=4, path="/token")
    with pytest.raises(ExternalApiDown):
        here.accounts.access("akari")
    assert here.accounts.access("akari")


def test_disconnecting_revokes_and_deletes(
    google: GoogleProvider, cloud: Cloud, lake: Lake, clock: Clock, vault: Vault
) -> None:
    here = world(google, cloud, lake, clock, vault)
    here.connect()
    access = here.accounts.access("akari")
    done = here.accounts.disconnect("akari")
    assert done.revoked and not here.accounts.connected("akari")
    assert google.authority.scopes(access) is None
    here.connect()
    assert here.accounts.connected("akari")


def test_disconnecting_deletes_even_while_google_is_down_and_says_so(here: World, google: GoogleProvider) -> None:
    here.connect()
    google.fail(500, times=10, path="/revoke")
    done = here.accounts.disconnect("akari")
    assert not done.revoked and "500" in done.why
    assert not here.accounts.connected("akari")


def test_disconnecting_without_google_at_all_deletes_too(cloud: Cloud, lake: Lake, clock: Clock) -> None:
    with GoogleProvider(now=clock) as google:
        here = world(google, cloud, lake, clock)
        here.connect()
    done = here.accounts.disconnect("akari")
    assert not done.revoked and "does not answer" in done.why
    assert not here.accounts.connected("akari")


def test_disconnecting_what_was_revoked_already_is_no_failure(here: World, google: GoogleProvider) -> None:
    here.connect()
    google.authority.revoke_all()
    assert here.accounts.disconnect("akari").revoked


def test_disconnecting_nobody_says_so(here: World) -> None:
    assert "not connected" in here.accounts.disconnect("akari").why


def test_tokens_that_cannot_be_read_are_named_unquoted_and_can_be_disconnected(here: World) -> None:
    here.vault.write(here.store.name("akari"), '{"access_token": "ya29.planted-token"', None)
    with pytest.raises(SchemaMismatch) as error:
        here.accounts.access("akari")
    assert "planted" not in repr(error.value.args) + repr(error.value.facts) + repr(error.value.__cause__)
    done = here.accounts.disconnect("akari")
    assert not done.revoked and here.vault.read(here.store.name("akari")) is None


def test_a_binary_secret_holds_no_tokens_and_can_be_disconnected(here: World, cloud: Cloud) -> None:
    here.connect()
    cloud.secretsmanager.put_secret_value(SecretId=here.store.name("akari"), SecretBinary=b"\x00\x01")
    assert isinstance(here.source().missing_requirement(), SchemaMismatch)
    assert not here.accounts.disconnect("akari").revoked
    assert not here.accounts.connected("akari")


def test_the_settings_alone_wire_it_up(cloud: Cloud, lake: Lake, google: GoogleProvider, clock: Clock) -> None:
    settings = pointed_at(Settings.from_env({"PIPELINE_SECRETS": "ssm"}), google)
    # Twice: the demo is started again in the same process.
    for _ in range(2):
        keep_client(Parameters(cloud.ssm), OAuthClient(CLIENT_ID, CLIENT_SECRET))
    http = Http("google", sleep=no_sleep, now=clock)
    accounts = google_accounts(settings, cloud, lake, http, SignIns(clock))
    accounts.finish(press(accounts.begin(SUBJECT, "mio", REDIRECT), "allow"), SUBJECT)
    assert accounts.connected("mio") and accounts.disconnect("mio").revoked


def test_no_secret_is_in_any_repr(here: World, google: GoogleProvider) -> None:
    answer = here.consent()
    pending = repr(here.accounts.sign_ins._pending)
    here.accounts.finish(answer, SUBJECT)
    shown = pending + repr(here.accounts.store.read("akari")) + repr(here.vault.read(here.store.name("akari")))
    shown += repr(here.accounts) + repr(here.accounts.client()) + repr(here.source())
    planted = [*google.authority.secrets(), answer["state"]]
    assert len(planted) >= 4
    assert [secret for secret in planted if secret[:20] in shown] == []


def test_every_situation_has_its_words_in_both_languages() -> None:
    sources = ROOT / "pipeline" / "sources"
    texts = "\n".join(path.read_text("utf-8") for path in sources.rglob("*.py"))
    named = set(re.findall(r'(?:situation="|"situation": "|_refused\("|_forbidden\("|_ask\(.*, ")([a-z_]+)"', texts))
    assert {"not_connected", "revoked", "code_refused", "state_used", "gone", "google_client"} <= named
    for language in ("ja", "en"):
        assert {f"situations.{name}.remedy" for name in named} <= catalogue(language).keys()
