"""The consent page of the Google of this machine, in both languages: who asks for what, allow, deny. Pure.

It says in its first line that it is none of Google's.
"""

from __future__ import annotations

import html
from collections.abc import Mapping

# The scopes of the Health API by the last part of their names, in the two languages.
_SCOPES = {
    "googlehealth.activity_and_fitness.readonly": ("運動とフィットネス", "Activity and fitness"),
    "googlehealth.sleep.readonly": ("睡眠", "Sleep"),
    "googlehealth.health_metrics_and_measurements.readonly": ("健康の測定値", "Health metrics and measurements"),
}
_PAGE = """<!doctype html>
<html lang="ja">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Google の代役 / Stand-in for Google</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.6 system-ui, "Noto Sans JP", sans-serif; margin: 0; padding: 1.5rem }}
main {{ max-width: 34rem; margin: auto; border: 1px solid #8a94a6; border-radius: .5rem; padding: 1.5rem }}
h1 {{ font-size: 1.35rem; line-height: 1.4; margin: 0 0 1rem }}
[lang=en] {{ opacity: .85 }}
p {{ margin: .5rem 0 }}
form {{ display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem }}
button {{ font: inherit; padding: .5rem 1.25rem; border: 1px solid #1f5fbf; border-radius: .5rem; cursor: pointer;
  background: transparent; color: inherit }}
button[value=allow] {{ background: #1f5fbf; color: #fff }}
</style>
<main>
<h1>Google の代役<br><span lang="en">Stand-in for Google</span></h1>
<p>この画面は、このコンピューターの中の練習用です。Google には何も送られません。</p>
<p lang="en">This is a page of your own machine, for practice. Nothing is sent to Google.</p>
<p>サンプルの利用者 <strong>{user}</strong> の、次のデータの読み取りを許可しますか？<br>
<span lang="en">Allow reading these data of the sample user <strong>{user}</strong>?</span></p>
<ul>{scopes}</ul>
<form method="post" action="/o/oauth2/v2/consent">{fields}
<button name="answer" value="allow">許可 / Allow</button>
<button name="answer" value="deny">拒否 / Deny</button>
</form>
</main>
</html>
"""


def consent_page(user: str, asked: Mapping[str, str]) -> str:
    """The page for a request to the authorization endpoint, whose query goes on in hidden fields."""
    names = [scope.rpartition("/")[2] for scope in asked["scope"].split()]
    scopes = "".join(f"<li>{' / '.join(map(html.escape, _SCOPES.get(name, (name,))))}</li>" for name in names)
    fields = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in asked.items()
    )
    return _PAGE.format(user=html.escape(user), scopes=scopes, fields=fields)
