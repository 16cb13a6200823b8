"""Tokens in the vault: written only over what was seen, renewed once whoever asks, in threads and in processes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.aws import Cloud, Credentials
from pipeline.embedded.providers.google import GoogleProvider
from pipeline.errors import AlreadyRunning, AuthFailed, S3AccessDenied
from pipeline.lake.bucket import Lake
from pipeline.lake.keys import lease_key
from pipeline.runs.lease import Leases
from pipeline.sources.google_health.oauth import SCOPES
from pipeline.sources.vault import Changed, Vault
from pipeline.sources.vault import vault as vault_of
from tests.conftest import REGION, Clock
from tests.faults.proxy import Fault, Proxy
from tests.support.sources.google_person import World, no_sleep, world


def test_a_write_that_saw_another_version_loses(vault: Vault) -> None:
    name = f"race/{datetime.now(UTC):%H%M%S%f}"
    first = vault.write(name, "one", None)
    second = vault.write(name, "two", first)
    for seen in (None, first):
        with pytest.raises(Changed):
            vault.write(name, "late", seen)
    kept = vault.read(name)
    assert kept and kept.value == "two" and kept.version == second


def test_a_secret_that_was_deleted_is_not_written_again_by_whoever_had_seen_it(vault: Vault) -> None:
    name = f"gone/{datetime.now(UTC):%H%M%S%f}"
    seen = vault.write(name, "one", None)
    vault.delete(name)
    vault.delete(name)
    with pytest.raises(Changed):
        vault.write(name, "late", seen)
    assert vault.read(name) is None


def at_once(here: World, workers: int) -> list[str]:
    """What each of several threads gets when all ask for an access token."""
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(here.accounts.access("akari"))) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.parametrize("rounds", [5, pytest.param(50, marks=pytest.mark.soak)])
@pytest.mark.parametrize("rotate", [True, False])
def test_two_renewals_at_once_never_lose_the_token(
    google: GoogleProvider, cloud: Cloud, lake: Lake, clock: Clock, vault: Vault, rotate: bool, rounds: int
) -> None:
    here = world(google, cloud, lake, clock, vault)
    google.authority.rotate = rotate
    here.connect()
    for number in range(1, rounds + 1):
        clock.tick(3600)
        found = at_once(here, 3)
        assert len(found) == 3 and len(set(found)) == 1
        assert google.authority.refreshes == number
        assert google.authority.scopes(found[0]) == SCOPES


@contextmanager
def processes(number: int, where: dict[str, str]) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that ask for an access token at each line they are told, all of them ready."""
    command = [sys.executable, "-m", "tests.support.sources.renewer", json.dumps(where)]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        for _ in range(number)
    ]
    try:
        assert [told(worker) for worker in workers] == ["ready"] * number
        yield workers
    finally:
        for worker in workers:
            worker.communicate(timeout=60)


def told(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout
    return worker.stdout.readline().strip()


@pytest.mark.parametrize("store", ["secretsmanager", "ssm"])
def test_processes_that_renew_at_once_renew_once(emulator_url: str, cloud: Cloud, lake: Lake, store: str) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    with GoogleProvider(now=now) as google:
        kept = vault_of(cloud, "ssm" if store == "ssm" else "secretsmanager")
        here = world(google, cloud, lake, now, kept)
        google.authority.rotate = True
        here.connect()
        where = {"emulator": emulator_url, "google": google.url, "bucket": lake.bucket, "prefix": here.store.prefix}
        with processes(3, where | {"store": store}) as workers:
            for number in range(1, 6):
                here.store.save("akari", replace(here.store.read("akari"), expires_at=now()))  # type: ignore[type-var]
                for worker in workers:
                    assert worker.stdin
                    worker.stdin.write("now\n")
                answers = {told(worker) for worker in workers}
                assert google.authority.refreshes == number
                assert answers == {hashlib.sha256(here.accounts.access("akari").encode()).hexdigest()}


def test_whoever_was_killed_in_a_renewal_is_waited_for_until_its_lease_ends(here: World, clock: Clock) -> None:
    here.connect()
    here.store.leases.take("google-health-token.akari", "killed", clock().date())
    used = here.accounts.access("akari")
    waited = clock()
    patient = replace(here.store, sleep=clock.tick)
    renewed = patient.renewed("akari", used, lambda tokens: replace(tokens, access="ya29.next"))
    assert renewed.access == here.accounts.access("akari") == "ya29.next"
    assert timedelta(seconds=119) < clock() - waited < timedelta(seconds=122)


def test_a_renewal_that_never_ends_is_named(here: World, clock: Clock) -> None:
    here.connect()
    here.store.leases.take("google-health-token.akari", "other", clock().date())
    impatient = replace(here.store, sleep=no_sleep, patience=5)
    with pytest.raises(AlreadyRunning):
        impatient.renewed("akari", "used", lambda tokens: tokens)


def test_a_renewal_is_not_waited_for_past_the_time_that_is_left(here: World, clock: Clock) -> None:
    here.connect()
    here.store.leases.take("google-health-token.akari", "killed", clock().date())
    end = clock() + timedelta(seconds=40)
    hurried = replace(here.store, sleep=clock.tick).within(lambda: (end - clock()).total_seconds())
    with pytest.raises(AlreadyRunning):
        hurried.renewed("akari", "used", lambda tokens: tokens)
    assert timedelta(seconds=39) < clock() - (end - timedelta(seconds=40)) <= timedelta(seconds=40)


def test_a_holder_that_was_taken_for_dead_gives_way_to_the_newer_tokens(here: World, clock: Clock) -> None:
    here.connect()
    clock.tick(3600)
    used = here.store.read("akari")
    assert used

    def slow(tokens: object) -> object:
        # Longer than the lease: somebody else takes over and renews meanwhile.
        clock.tick(121)
        theirs.append(here.accounts.renewed("akari", used.access))
        return replace(used, access="ya29.too-late", expires_at=clock() + timedelta(hours=1))

    theirs: list[str] = []
    kept = here.store.renewed("akari", used.access, slow)  # type: ignore[arg-type]
    assert kept.access == theirs[0] == here.accounts.access("akari")


def test_a_disconnect_during_a_renewal_is_not_undone_by_it(here: World, clock: Clock) -> None:
    here.connect()
    used = here.store.read("akari")
    assert used

    def slow(tokens: object) -> object:
        clock.tick(121)
        here.accounts.disconnect("akari")
        return replace(used, access="ya29.too-late")

    with pytest.raises(AuthFailed) as error:
        here.store.renewed("akari", used.access, slow)  # type: ignore[arg-type]
    assert error.value.facts["situation"] == "not_connected"
    assert not here.accounts.connected("akari")


def test_a_lease_that_cannot_be_read_keeps_nobody_from_disconnecting(here: World, lake: Lake) -> None:
    here.connect()
    lake.s3.put_object(Bucket=lake.bucket, Key=lease_key("google-health-token.akari"), Body=b'{"x": 1}')
    assert here.accounts.disconnect("akari").revoked
    assert not here.accounts.connected("akari")


def test_a_lake_that_refuses_the_lease_is_no_deletion(here: World, emulator_url: str, lake: Lake) -> None:
    here.connect()
    with Proxy(emulator_url, (Fault("s3.PutObject", "access_denied", times=99),)) as proxy:
        store = Lake(Cloud(REGION, proxy.url, Credentials("testing", "testing")).s3, lake.bucket)
        leases = Leases(store, here.accounts.store.now)
        refused = replace(here.accounts, store=replace(here.accounts.store, leases=leases))
        with pytest.raises(S3AccessDenied):
            refused.disconnect("akari")
    assert here.accounts.connected("akari")
