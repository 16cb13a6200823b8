"""pipeline.runs.engine_reason: each code has its sentence, as the ledger has always told it."""

from __future__ import annotations

import pytest

from pipeline.runs.engine_reason import EngineReason

PAST = "11 bytes are past the 10 that one invocation scans, and point-in-time recovery is"
SENTENCES = {
    EngineReason("asked", "native"): "PIPELINE_ENGINE=native",
    EngineReason("within", size=1_000, limit=2_000): "1,000 bytes are within the 2,000 that one invocation scans",
    EngineReason("past_with_recovery", size=11, limit=10): f"{PAST} ENABLED",
    EngineReason("past_without_recovery", size=11, limit=10): f"{PAST} DISABLED",
    EngineReason("past_recovery_unknown", size=11, limit=10): (
        f"{PAST} unknown (dynamodb:DescribeContinuousBackups is not allowed)"
    ),
}


@pytest.mark.parametrize("why", SENTENCES, ids=lambda why: why.code)
def test_the_sentence_says_what_the_fields_say(why: EngineReason) -> None:
    assert why.sentence == SENTENCES[why]
