#!/usr/bin/env python3
"""How well each attribute of `comments:analyze` tells its kind of attack from everything else, on labelled rows.

    benches/perspective_attributes.py http://127.0.0.1:8080 TOKEN models/corpus/dev.jsonl [--json scores.ndjson]

A row is an attack where its label says harassment; for an attribute of certain kinds, where its functionality is one of
them. Rows that are not in English are left out. Prints for each attribute the area under the ROC curve, and recall and
precision at 0.5.
"""
import argparse
import concurrent.futures
import http.client
import json
import pathlib
import threading
import time
import urllib.parse

KINDS = {
    "TOXICITY": None,
    "INSULT": {"insult_direct", "mock_or_pile_on"},
    "THREAT": {"threat_or_stalking", "incite_self_harm_explicit"},
    "IDENTITY_ATTACK": {"identity_attack"},
    "SEVERE_TOXICITY": {
        "threat_or_stalking",
        "incite_self_harm_explicit",
        "incite_self_harm_coded",
        "identity_attack",
        "dox_or_outing",
        "sexual_or_coercive_contact",
    },
}
LOCAL = threading.local()


def scores(address, token, row):
    """Each attribute's score; nothing where the row is refused for its language."""
    if not hasattr(LOCAL, "connection"):
        LOCAL.connection = http.client.HTTPConnection(urllib.parse.urlsplit(address).netloc, timeout=120)
    body = {"comment": {"text": row["text"]}, "requestedAttributes": {name: {} for name in KINDS}}
    if row.get("context"):
        body["context"] = {"entries": [{"text": row["context"]}]}
    while True:
        headers = {"Authorization": f"Bearer {token}"}
        LOCAL.connection.request("POST", "/v1alpha1/comments:analyze", json.dumps(body), headers)
        response = LOCAL.connection.getresponse()
        answer = json.loads(response.read())
        if response.status == 429:
            time.sleep(0.2)
            continue
        if response.status == 400:
            return None
        assert response.status == 200, answer
        return {name: one["summaryScore"]["value"] for name, one in answer["attributeScores"].items()}


def area(positive, negative):
    """How often a positive scores above a negative; ties count half."""
    ranked = sorted([(value, 1) for value in positive] + [(value, 0) for value in negative])
    below, won, at = 0, 0.0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        here = sum(one for _, one in ranked[at:end])
        others = end - at - here
        won += here * (below + others / 2)
        below += others
        at = end
    return won / (len(positive) * len(negative))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("token")
    parser.add_argument("rows", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path, help="write each row's scores here")
    given = parser.parse_args()
    rows = [json.loads(line) for line in given.rows.read_text().splitlines() if line.strip()]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda row: scores(given.address, given.token, row), rows))
    if given.json:
        given.json.write_text("".join(json.dumps(one) + "\n" for one in found))
    answered = [(row, one) for row, one in zip(rows, found) if one]
    print(f"{len(rows)} rows, {len(rows) - len(answered)} refused for their language")
    print("attribute         rows of it  AUROC  recall at 0.5  precision at 0.5")
    for name, kinds in KINDS.items():
        positive, negative = [], []
        for row, one in answered:
            attack = row["labels"]["harassment"] == 1
            meant = attack and (kinds is None or row["functionality"] in kinds)
            (positive if meant else negative).append(one[name])
        above = [value for value in positive if value >= 0.5]
        wrong = [value for value in negative if value >= 0.5]
        precision = len(above) / max(1, len(above) + len(wrong))
        print(f"{name:16} {len(positive):11} {area(positive, negative):6.3f} {len(above) / len(positive):14.2f} {precision:17.2f}")


main()
