#!/usr/bin/env python3
"""Verifies an export of a Holdfast log against signed checkpoints.

Shares no code with Holdfast's own verifier and does what docs/verifying-the-log.md says, so that
nobody has to take our word for our own code. Needs Python 3.9 or later and the package `cryptography`.

    verify.py log.ndjson --key KEY --checkpoint FILE [--checkpoint FILE …] [--origin NAME]
    verify.py log.ndjson                    internal consistency only
    verify.py --proof FILE --key KEY --entry HEX
    verify.py --vectors transparency/vectors

Ends with 0 when everything holds, 1 when something was changed, 2 when it cannot be told.
"""

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
from bisect import bisect_left
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_SIZE = 2**63 - 1
MAX_FINDINGS = 100


class Refused(Exception):
    """Something given does not read, or is not signed by whom it should be."""


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# --- the tree of RFC 6962 ---------------------------------------------------------------------------


def leaf_hash(entry):
    return sha256(b"\0", entry)


def node_hash(left, right):
    return sha256(b"\1", left, right)


class Tree:
    """The full subtrees of a growing tree, as (number of leaves, root), the largest first."""

    def __init__(self):
        self.parts = []

    def push(self, leaf):
        count = 1
        while self.parts and self.parts[-1][0] == count:
            leaf = node_hash(self.parts.pop()[1], leaf)
            count *= 2
        self.parts.append((count, leaf))

    def size(self):
        return sum(count for count, _ in self.parts)

    def root(self):
        if not self.parts:
            return sha256()
        root = self.parts[-1][1]
        for _, left in reversed(self.parts[:-1]):
            root = node_hash(left, root)
        return root


def tree_root(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.push(leaf)
    return tree.root()


def split(size):
    """The largest power of two below a size of two or more."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_holds(index, size, leaf, path, root):
    """The definition of the RFC, read backwards: which root does the path lead to?"""
    if not 0 <= index < size:
        return False
    path = list(path)

    def climb(index, size):
        if size == 1:
            return leaf
        if not path:
            raise Refused("the proof is too short")
        beside, k = path.pop(), split(size)
        if index < k:
            return node_hash(climb(index, k), beside)
        return node_hash(beside, climb(index - k, size - k))

    try:
        return climb(index, size) == root and not path
    except Refused:
        return False


def consistency_holds(old, new, path, old_root, new_root):
    if old > new:
        return False
    if old == 0:
        return not path and old_root == sha256()
    path = list(path)

    def climb(old, new, whole):
        """Both roots of a subtree, as the path gives them."""
        if old == new:
            if whole:
                return old_root, old_root
            if not path:
                raise Refused("the proof is too short")
            part = path.pop()
            return part, part
        if not path:
            raise Refused("the proof is too short")
        beside, k = path.pop(), split(new)
        if old <= k:
            before, after = climb(old, k, whole)
            return before, node_hash(after, beside)
        before, after = climb(old - k, new - k, False)
        return node_hash(beside, before), node_hash(beside, after)

    try:
        return climb(old, new, True) == (old_root, new_root) and not path
    except Refused:
        return False


# --- signed notes, keys and checkpoints ---------------------------------------------------------------


def from_base64(text, length=None):
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        return None
    if base64.b64encode(raw).decode() != text or (length is not None and len(raw) != length):
        return None
    return raw


def from_hex(text, length):
    if not isinstance(text, str) or not re.fullmatch("[0-9a-f]{%d}" % (2 * length), text):
        return None
    return bytes.fromhex(text)


def is_name(name):
    return name != "" and not any(c.isspace() or c < " " or c == "+" for c in name)


def is_text(text):
    return not any(c < " " and c != "\n" for c in text)


def decimal(text):
    if not re.fullmatch("0|[1-9][0-9]*", text) or int(text) > MAX_SIZE:
        return None
    return int(text)


class Key:
    def __init__(self, text):
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise Refused("a public key has the form NAME+ID+BASE64")
        self.name, raw = parts[0], from_base64(parts[2])
        self.id = from_hex(parts[1], 4)
        if self.id is None or raw is None or not is_name(self.name):
            raise Refused("a public key has the form NAME+ID+BASE64")
        if len(raw) != 33 or raw[0] != 1:
            raise Refused("only Ed25519 keys are known here")
        if sha256(self.name.encode(), b"\n", raw)[:4] != self.id:
            raise Refused("the key's id is not that of its name and bytes")
        self.key = Ed25519PublicKey.from_public_bytes(raw[1:])

    def verifies(self, text, signature):
        try:
            self.key.verify(signature, text)
            return True
        except InvalidSignature:
            return False


def open_note(raw, keys):
    """The text of a note that at least one of the keys has signed."""
    if len(raw) > 1_000_000:
        raise Refused("the note is too large")
    try:
        note = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("a note is UTF-8") from None
    if not is_text(note):
        raise Refused("a note has no control characters")
    text, gap, lines = note.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise Refused("a note has an empty line, then signatures")
    lines, text = lines[:-1].split("\n"), text + "\n"
    if len(lines) > 100:
        raise Refused("a note has at most 100 signatures")
    signatures = []
    for line in lines:
        parts = line.split(" ", 2)
        raw = from_base64(parts[2]) if len(parts) == 3 else None
        if parts[0] != "\u2014" or raw is None or len(raw) < 5 or not is_name(parts[1]):
            raise Refused("a line of signature is: \u2014 NAME BASE64")
        signatures.append((parts[1], raw[:4], raw[4:]))
    signed = False
    for name, id_, signature in signatures:
        known = [key for key in keys if (key.name, key.id) == (name, id_)]
        if known and not any(key.verifies(text.encode(), signature) for key in known):
            raise Refused("the signature of %s does not fit the text" % name)
        signed = signed or bool(known)
    if not signed:
        raise Refused("the note bears no signature of a key that is trusted here")
    return text


def open_checkpoint(raw, keys, origin):
    """Size and root of a checkpoint."""
    lines = open_note(raw, keys)[:-1].split("\n")
    if len(lines) < 3 or "" in lines:
        raise Refused("a checkpoint is three lines or more, none empty")
    size, root = decimal(lines[1]), from_base64(lines[2], 32)
    if size is None or root is None:
        raise Refused("a checkpoint's size or root does not read")
    if lines[0] != origin:
        raise Refused("the checkpoint is of %s, not of %s" % (lines[0], origin))
    return size, root


def check_proof(raw, entry, keys, origin):
    """The size of the checkpoint by which the entry stands in the log."""
    try:
        head, gap, checkpoint = raw.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError:
        raise Refused("a proof is UTF-8") from None
    lines = head.split("\n")
    if not gap or lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Refused("a proof begins with its kind and ends with a checkpoint")
    if lines and lines[0].startswith("extra"):
        extra = lines.pop(0)
        if not extra.startswith("extra ") or from_base64(extra[6:]) is None:
            raise Refused("the line of extra data does not read")
    line = lines.pop(0) if lines else ""
    index = decimal(line[6:]) if line.startswith("index ") else None
    path = [from_base64(line, 32) for line in lines]
    if index is None or None in path:
        raise Refused("the proof's index or hashes do not read")
    size, root = open_checkpoint(checkpoint.encode(), keys, origin)
    if not inclusion_holds(index, size, leaf_hash(entry), path, root):
        raise Refused("the proof does not hold")
    return size


# --- lines of an export ---------------------------------------------------------------------------------


class Unreadable(Exception):
    """A line that is not one of an export."""


def whole(text):
    if text == "-0":
        raise Unreadable
    return int(text)


def once(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise Unreadable
    return dict(pairs)


def no_constant(_):
    raise Unreadable


def is_int(low, high):
    return lambda value: type(value) is int and low <= value <= high


def is_string(value):
    try:
        return isinstance(value, str) and value.encode("utf-8") is not None
    except UnicodeEncodeError:
        return False


def is_hash(value):
    return from_hex(value, 32) is not None


def is_uuid(value):
    groups = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    return isinstance(value, str) and re.fullmatch(groups, value) is not None


def or_none(check):
    return lambda value: value is None or check(value)


U64, I64 = is_int(0, 2**64 - 1), is_int(-(2**63), 2**63 - 1)
LEAF = {
    "source": is_string,
    "offset": I64,
    "key": is_hash,
    "outcome": is_string,
    "content": or_none(is_hash),
}


def has_form(value, form):
    if not isinstance(value, dict) or not set(value) <= set(form):
        return False
    return all(check(value.get(name)) for name, check in form.items())


def are_leaves(value):
    return isinstance(value, list) and all(has_form(leaf, LEAF) for leaf in value)


EVENT = {
    "position": is_int(0, MAX_SIZE - 1),
    "event_id": is_uuid,
    "tenant": is_string,
    "stream": is_string,
    "version": U64,
    "occurred_at": I64,
    "recorded_at": I64,
    "actor": is_string,
    "causation": or_none(is_string),
    "correlation": or_none(is_string),
    "event_type": is_string,
    "type_version": is_int(0, 65535),
    "payload": is_string,
    "chain": is_hash,
    "leaves": or_none(are_leaves),
}
TEXT = {
    "post": is_uuid,
    "revision": I64,
    "recorded_at": I64,
    "sealed": lambda value: is_string(value) and from_base64(value) is not None,
}


def parse_line(raw):
    try:
        line = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=once,
            parse_int=whole,
            parse_constant=no_constant,
        )
    except (ValueError, RecursionError):
        raise Unreadable from None
    if not isinstance(line, dict) or len(line) != 1:
        raise Unreadable
    ((kind, value),) = line.items()
    form = {"event": EVENT, "text": TEXT}.get(kind)
    if form is None or not has_form(value, form):
        raise Unreadable
    return kind, value


# --- what hashes cover -------------------------------------------------------------------------------------


def part(text):
    raw = text.encode("utf-8")
    return struct.pack(">Q", len(raw)) + raw


def optional(text):
    return b"\0" if text is None else b"\1" + part(text)


def link(previous, row):
    return sha256(
        b"holdfast event v1\n",
        previous,
        struct.pack(">Q", row["position"]),
        bytes.fromhex(row["event_id"].replace("-", "")),
        part(row["tenant"]),
        part(row["stream"]),
        struct.pack(">Qqq", row["version"], row["occurred_at"], row["recorded_at"]),
        part(row["actor"]),
        optional(row.get("causation")),
        optional(row.get("correlation")),
        part(row["event_type"]),
        struct.pack(">H", row["type_version"]),
        part(row["payload"]),
    )


def leaf_of_batch(leaf, judged_by):
    return sha256(
        b"\0holdfast leaf v1\n",
        part(leaf["source"]),
        part(leaf["key"]),
        part(leaf["outcome"]),
        struct.pack(">q", leaf["offset"]),
        judged_by,
        (leaf.get("content") or "-").encode(),
    )


def leaves_hold(row):
    """Whether the leaves beside an event are those that it seals."""
    leaves = row.get("leaves")
    if row["event_type"] != "BatchAssessed":
        return leaves is None
    if leaves is None or row["type_version"] != 1:
        return False
    try:
        facts = json.loads(row["payload"], parse_constant=no_constant)
        versions = sorted(facts["versions"].items())
        names = [facts["ruleset"]] + [name for pair in versions for name in pair]
        judged_by = sha256(b"holdfast judged by v1\n", *map(part, names))
        count, root = facts["count"], from_hex(facts["merkle_root"], 32)
    except (ValueError, RecursionError, Unreadable, KeyError, TypeError, AttributeError):
        return False
    if type(count) is not int or count != len(leaves) or root is None:
        return False
    return tree_root(leaf_of_batch(leaf, judged_by) for leaf in leaves) == root


# --- the verification -----------------------------------------------------------------------------------------


class Verifier:
    def __init__(self, checkpoints):
        self.ahead = sorted(checkpoints, key=lambda checkpoint: checkpoint[0])
        self.checkpoints = len(self.ahead)
        self.largest = self.ahead[-1][0] if self.ahead else 0
        self.proven, self.refuted = 0, []
        self.tree, self.next, self.previous = Tree(), 0, bytes(32)
        self.stored, self.batches = {}, {}
        self.events = self.leaves = self.texts = 0
        self.findings, self.further, self.times = [], 0, None
        self.compare_roots()

    def line(self, raw):
        try:
            kind, value = parse_line(raw)
        except Unreadable:
            self.events += 1
            self.find(self.next, "unreadable")
            self.tree = self.previous = None
            self.next += 1
            return
        self.event(value) if kind == "event" else self.text(value)

    def event(self, row):
        self.events += 1
        position, chain = row["position"], bytes.fromhex(row["chain"])
        if position < self.next:
            return self.find(position, "out_of_place")
        if position > self.next:
            self.find(self.next, "out_of_place")
            self.tree = self.previous = None
        if self.previous is not None and link(self.previous, row) != chain:
            self.find(position, "broken")
        self.previous, self.next = chain, position + 1
        if not leaves_hold(row):
            self.find(position, "leaves")
        self.leaves += len(row.get("leaves") or [])
        if row["event_type"] == "BatchAssessed":
            self.batches.setdefault(row["recorded_at"], position)
        for leaf in row.get("leaves") or []:
            if leaf.get("content") is not None:
                self.stored.setdefault(leaf["content"], row["recorded_at"])
        if self.tree is not None:
            self.tree.push(leaf_hash(chain))
        self.compare_roots()

    def text(self, text):
        self.texts += 1
        recorded = self.stored.get(sha256(from_base64(text["sealed"])).hex())
        if recorded == text["recorded_at"]:
            return
        at = text["recorded_at"] if recorded is None else recorded
        if self.times is None or len(self.times) != len(self.batches):
            self.times = sorted(self.batches)
        place = bisect_left(self.times, at)
        batch = self.batches[self.times[place]] if place < len(self.times) else self.next
        self.find(batch, "text")

    def compare_roots(self):
        while self.ahead and self.ahead[0][0] <= self.next:
            size, root = self.ahead.pop(0)
            if self.tree is None or self.tree.size() != size:
                continue
            if self.tree.root() == root:
                self.proven = size
            else:
                self.refuted.append(size)

    def find(self, position, fault):
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append((position, position, fault))
        else:
            self.further += 1

    def finish(self):
        found = list(self.findings)
        if self.next < self.largest:
            found.append((self.next, self.largest - 1, "truncated"))
        for size in self.refuted:
            if size <= self.proven:
                last = max(size - 1, 0)
                found.append((last, last, "forked"))
            else:
                found.append((self.proven, size - 1, "rewritten"))
                break
        findings = []
        for position, to, fault in sorted(found, key=lambda finding: finding[0]):
            exact = position < self.proven or fault == "forked"
            first = position if exact else self.proven
            findings.append({"position": position, "from": first, "to": to, "fault": fault})
        verdict = "tampered" if findings else "proven" if self.checkpoints else "only_consistent"
        return {
            "verdict": verdict,
            "events": self.events,
            "leaves": self.leaves,
            "texts": self.texts,
            "proven": self.proven,
            "end": self.next,
            "findings": findings,
            "further": self.further,
        }


def verify(lines, checkpoints):
    verifier = Verifier(checkpoints)
    for line in lines:
        verifier.line(line)
    return verifier.finish()


def show(report):
    print("read %(events)d events, %(leaves)d screened records, %(texts)d stored texts" % report)
    for finding in report["findings"]:
        print("%(fault)s at position %(position)d (changed between %(from)d and %(to)d)" % finding)
    if report["further"]:
        print("and %d more" % report["further"])
    print(
        {
            "tampered": "the log was changed",
            "proven": "the log is what was signed",
            "only_consistent": "the rows fit one another; that proves internal consistency only: "
            "hold them against a checkpoint kept elsewhere",
        }[report["verdict"]]
    )
    proven, end = report["proven"], report["end"]
    print("proven: %s" % ("positions 0 to %d" % (proven - 1) if proven else "no position"))
    if proven < end:
        print("after the last checkpoint that holds: positions %d to %d" % (proven, end - 1))


# --- the vectors that both verifiers must agree on ----------------------------------------------------------------


def check_vectors(folder):
    wrong, count = [], 0

    def expect(name, found, expected):
        nonlocal count
        count += 1
        if found != expected:
            wrong.append("%s: expected %s, found %s" % (name, expected, found))

    def answers(attempt):
        try:
            attempt()
            return True
        except Refused:
            return False

    def load(name):
        return json.loads((Path(folder) / name).read_text("utf-8"))

    tree = load("tree.json")
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in tree["entries"]]
    for size, root in enumerate(tree["roots"]):
        expect("root of %d" % size, tree_root(leaves[:size]).hex(), root)
    roots = [bytes.fromhex(root) for root in tree["roots"]]
    for case in tree["inclusion"]:
        path, index, size = [bytes.fromhex(h) for h in case["path"]], case["index"], case["size"]
        holds = inclusion_holds(index, size, leaves[case["leaf"]], path, roots[size])
        expect("inclusion %s" % case, holds, case["holds"])
    for case in tree["consistency"]:
        path, old, new = [bytes.fromhex(h) for h in case["path"]], case["old"], case["new"]
        holds = consistency_holds(old, new, path, roots[old], roots[new])
        expect("consistency %s" % case, holds, case["holds"])

    notes = load("notes.json")
    for case in notes["keys"]:
        expect("key %s" % case["name"], answers(lambda: Key(case["key"])), case["reads"])
    for case in notes["checkpoints"]:
        keys, raw = [Key(key) for key in case["keys"]], base64.b64decode(case["note"])
        opens = answers(lambda: open_checkpoint(raw, keys, notes["origin"]))
        expect("checkpoint %s" % case["name"], opens, case["opens"])
    for case in notes["proofs"]:
        keys, entry = [Key(key) for key in case["keys"]], bytes.fromhex(case["entry"])
        holds = answers(lambda: check_proof(case["proof"].encode(), entry, keys, notes["origin"]))
        expect("proof %s" % case["name"], holds, case["holds"])

    logs = load("logs.json")
    genuine = (Path(folder) / "genuine.ndjson").read_bytes().split(b"\n")[:-1]
    keys = [Key(logs["key"])]
    for case in logs["cases"]:
        lines = [genuine[n] if isinstance(n, int) else n.encode() for n in case["lines"]]
        opened = [
            open_checkpoint(logs["checkpoints"][name].encode(), keys, logs["origin"])
            for name in case["checkpoints"]
        ]
        expect("log %s" % case["name"], verify(lines, opened), case["report"])

    for line in wrong:
        print(line)
    print("%d of %d vectors agree" % (count - len(wrong), count))
    return 1 if wrong or not count else 0


def main():
    parser = argparse.ArgumentParser(description="Verifies an export of a Holdfast log.")
    parser.add_argument("export", nargs="?", help="the export, NDJSON; - for standard input")
    parser.add_argument("--key", action="append", default=[], help="public key, or a file with one")
    parser.add_argument("--checkpoint", action="append", default=[], help="a file with a checkpoint")
    parser.add_argument("--origin", help="the log's name; by default that of the first key")
    parser.add_argument("--proof", help="a file with a proof of one event")
    parser.add_argument("--entry", help="that event's chain hash, hex")
    parser.add_argument("--vectors", help="check the vectors in this folder")
    args = parser.parse_args()
    if args.vectors:
        return check_vectors(args.vectors)
    texts = [Path(key).read_text("utf-8") if Path(key).is_file() else key for key in args.key]
    keys = [Key(text.strip()) for text in texts]
    origin = args.origin or (keys[0].name if keys else None)
    if args.proof:
        entry = from_hex(args.entry or "", 32)
        if entry is None:
            raise Refused("--entry is the event's chain hash, 64 hex digits")
        size = check_proof(Path(args.proof).read_bytes(), entry, keys, origin)
        print("the event stands in the log of %d events" % size)
        return 0
    if not args.export:
        parser.error("name an export, a proof or a folder of vectors")
    checkpoints = [
        open_checkpoint(Path(name).read_bytes(), keys, origin) for name in args.checkpoint
    ]
    lines = sys.stdin.buffer if args.export == "-" else open(args.export, "rb")
    with lines:
        report = verify((line[:-1] if line.endswith(b"\n") else line for line in lines), checkpoints)
    show(report)
    return 1 if report["verdict"] == "tampered" else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Refused, OSError) as reason:
        print("cannot tell: %s" % reason, file=sys.stderr)
        sys.exit(2)
