#!/usr/bin/env python3
"""How long `POST /v1/assess-draft` takes at a steady rate, against a running Holdfast.

    benches/draft_latency.py http://127.0.0.1:8080 TOKEN [--rate 20] [--seconds 60] [--texts models/corpus/dev.jsonl]

Requests leave at their time whether or not earlier ones were answered, so that a slow answer is not hidden by a sender
that waits for it. Texts are taken in turn from an NDJSON file with a field `text`.
"""
import argparse
import http.client
import itertools
import json
import os
import pathlib
import queue
import threading
import time
import urllib.parse


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("token")
    parser.add_argument("--rate", type=float, default=20, help="requests a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--texts", type=pathlib.Path, required=True)
    return parser.parse_args()


def senders(given, due, answers):
    """Enough of them that one is always free for the next request."""
    host = urllib.parse.urlsplit(given.address).netloc
    headers = {"Authorization": f"Bearer {given.token}", "Content-Type": "application/json"}

    def send():
        connection = http.client.HTTPConnection(host, timeout=60)
        while (job := due.get()) is not None:
            at, body = job
            time.sleep(max(0, at - time.monotonic()))
            connection.request("POST", "/v1/assess-draft", body, headers)
            response = connection.getresponse()
            response.read()
            answers.append((response.status, time.monotonic() - at))

    threads = [threading.Thread(target=send, daemon=True) for _ in range(64)]
    for thread in threads:
        thread.start()
    return threads


def main():
    given = arguments()
    lines = given.texts.read_text().splitlines()
    texts = [json.loads(line)["text"] for line in lines if line.strip()]
    count = int(given.rate * given.seconds)
    due, answers = queue.Queue(), []
    start = time.monotonic() + 1
    for number, text in zip(range(count), itertools.cycle(texts)):
        due.put((start + number / given.rate, json.dumps({"text": text})))
    threads = senders(given, due, answers)
    for _ in threads:
        due.put(None)
    for thread in threads:
        thread.join()
    took = sorted(seconds for status, seconds in answers if status == 200)
    statuses = {status: sum(1 for one, _ in answers if one == status) for status in {one for one, _ in answers}}
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {len(answers)} requests at {given.rate:g} a second: {statuses}")
    for share in (0.5, 0.9, 0.99, 1.0):
        place = max(0, min(len(took) - 1, int(share * len(took)) - 1))
        print(f"  {share:.0%} within {took[place] * 1000:.0f} ms" if took else "  none answered")


main()
