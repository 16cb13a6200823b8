"""A process of its own that asks for akari's access token at each line: ``tests.support.sources.renewer <JSON>``.

Says ready first, then prints each token's SHA-256, never the token.
"""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import UTC, datetime

from pipeline.aws import Cloud, Credentials
from pipeline.embedded.providers.google import CLIENT_ID
from pipeline.lake.bucket import Lake
from pipeline.runs.lease import Leases
from pipeline.sources.google_health.accounts import GoogleAccounts, stored_client
from pipeline.sources.google_health.consents import SignIns
from pipeline.sources.google_health.tokens import TokenStore
from pipeline.sources.http import Http
from pipeline.sources.vault import vault


def now() -> datetime:
    return datetime.now(UTC)


def main(said: dict[str, str]) -> None:
    cloud = Cloud("ap-northeast-1", said["emulator"], Credentials("testing", "testing"))
    kept = vault(cloud, "ssm" if said["store"] == "ssm" else "secretsmanager")
    store = TokenStore(kept, Leases(Lake(cloud.s3, said["bucket"]), now), now, said["prefix"])
    accounts = GoogleAccounts(
        lambda: stored_client(kept, CLIENT_ID, said["prefix"]),
        Http("google", now=now),
        store,
        SignIns(now),
        now,
        said["google"],
        said["google"],
    )
    print("ready", flush=True)
    for _ in sys.stdin:
        print(hashlib.sha256(accounts.access("akari").encode()).hexdigest(), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
