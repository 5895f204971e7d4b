#!/usr/bin/env python3
"""Checks an audit bundle of Clew by itself: docs/formats.md, section 4.

Usage: checkbundle.py BUNDLE VERIFIER

VERIFIER is the ledger's key, as `clew ledger key` prints it and as it was given to
you by another way than the bundle. Needs Python 3 and nothing else. It is here so
that nobody need take Clew's word for what Clew wrote: read it, it is short. It
does not check cosignatures of witnesses; `clew verify` does.
"""

import base64
import hashlib
import hmac
import json
import re
import sys
import zipfile

# Ed25519 (RFC 8032), plainly and slowly.
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(n, a):
    r = (0, 1, 1, 0)
    while n > 0:
        if n & 1:
            r = add(r, a)
        a, n = add(a, a), n >> 1
    return r


def point(b):
    y = int.from_bytes(b, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        raise ValueError("no point")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * I % P
    if (x * x - square) % P or (x == 0 and sign):
        raise ValueError("no point")
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public, text, signature):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(r + public + text).digest(), "little") % Q
    a, b = multiply(s, BASE), add(point(r), multiply(h, point(public)))
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def sha(b):
    return hashlib.sha256(b).digest()


def need(what, ok):
    if not ok:
        print("Wrong:", what)
        sys.exit(1)


def key(verifier):
    """The name, the number of a signature and the public key of a verifier key."""
    name, _, rest = verifier.strip().partition("+")
    number, _, b = rest.partition("+")
    b = base64.b64decode(b, validate=True)
    need("the key is not of the kind that signs a ledger", len(b) == 33 and b[0] == 1)
    need("the key is not whole", sha(name.encode() + b"\n" + b)[:4].hex() == number)
    return name, sha(name.encode() + b"\n" + b)[:4], b[1:]


NUMBER = "(0|[1-9][0-9]{0,15})"
HANDOVER = "old-key (?P<old>.+)\nnew-key (?P<new>.+)\n|lost-key (?P<lost>.+)\nnew-key (?P<next>.+)\nlast (?P<last>.+)\n"
CHECKPOINT = re.compile("(?P<origin>.*)\n(?P<size>NUMBER)\n(?P<root>.*)\ntime .*\nkept (?P<kept>NUMBER)\ncosigned (?P<cosigned>NUMBER)\n(?:HANDOVER)?"
                        .replace("NUMBER", NUMBER).replace("HANDOVER", HANDOVER))


def decoded(s):
    b = base64.b64decode(s, validate=True)
    need("something is not written as Clew writes it", base64.b64encode(b).decode() == s)
    return b


def opened(note, verifier):
    """What a checkpoint says, if the key has signed it."""
    name, number, public = key(verifier)
    text, _, signatures = note.partition("\n\n")
    text += "\n"
    said = CHECKPOINT.fullmatch(text)
    need("a checkpoint is not written as Clew writes it", said and int(said["size"]) <= 1 << 50 and signatures.endswith("\n"))
    for line in signatures[:-1].split("\n"):
        parts = line.split(" ")
        need("a signature is not written as Clew writes it", len(parts) == 3 and parts[0] == "\u2014")
        s = decoded(parts[2])
        if parts[1] == name == said["origin"] and s[:4] == number and signed(public, text.encode(), s[4:]):
            return said
    return None


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def node(a, b):
    return sha(b"\x01" + a + b)


def path(proof, lo, hi, n, leaf):
    """The root that a path leads to (RFC 6962, 2.1.1)."""
    if lo + 1 == hi:
        need("a path is too long", not proof)
        return leaf
    need("a path is too short", proof)
    k = split(hi - lo)
    if n < lo + k:
        return node(path(proof[:-1], lo, lo + k, n, leaf), proof[-1])
    return node(proof[-1], path(proof[:-1], lo + k, hi, n, leaf))


def grown(proof, lo, hi, n, old):
    """The old root and the new that a proof leads to (RFC 6962, 2.1.2)."""
    if n == hi:
        if lo == 0:
            need("a proof is too long", not proof)
            return old, old
        need("a proof is of another length", len(proof) == 1)
        return proof[0], proof[0]
    need("a proof is too short", proof)
    k = split(hi - lo)
    if n <= lo + k:
        a, b = grown(proof[:-1], lo, lo + k, n, old)
        return a, node(b, proof[-1])
    a, b = grown(proof[:-1], lo + k, hi, n, old)
    return node(proof[-1], a), node(proof[-1], b)


def netstring(s):
    b = s.encode()
    return b"%d:%s," % (len(b), b)


TEXTS = ["account", "agency", "session", "purpose", "verb", "action", "what", "on", "fields", "recipient", "outcome"]


def leaf(e):
    values = ["clew-ledger-entry/1", str(e["seq"]), str(e["at"])] + [e[t] for t in TEXTS] + [str(len(e["about"]))] + e["about"]
    commitment = hmac.new(base64.b64decode(e["salt"]), b"".join(map(netstring, values)), hashlib.sha256).digest()
    return sha(b"\x00" + commitment)


def main(bundle, verifier):
    with zipfile.ZipFile(bundle) as z:
        files = {n: z.read(n) for n in ("manifest.json", "entries.jsonl", "checkpoints.json")}
    manifest, signings = json.loads(files["manifest.json"]), json.loads(files["checkpoints.json"])
    for name, want in manifest["files"].items():
        need(name + " is not as the manifest says", hashlib.sha256(files[name]).hexdigest() == want)
    keys, losses = [], []
    for note in signings["handovers"]:
        said = CHECKPOINT.fullmatch(note.partition("\n\n")[0] + "\n")
        need("a handover is not written as Clew writes it", said and (said["new"] or said["next"]))
        lost, old, new = said["lost"], said["lost"] or said["old"], said["next"] or said["new"]
        need("a handover is not signed by the keys it should be", opened(note, new) and (lost or opened(note, old)))
        if lost:
            text = decoded(said["last"]).decode()
            last = opened(text, old)
            need("a key that was lost is not followed by what it signed last", last and int(last["size"]) < int(said["size"])
                 and int(last["kept"]) + 1 == int(said["kept"]) and last["cosigned"] == said["cosigned"] and (last["next"] or last["new"] or old) == old)
            need("the key given, or one after it, was lost; ask whose ledger it is which key they have now", verifier.strip() != old and verifier.strip() not in keys)
            losses.append((old, new, text, last["size"]))
        need("a handover is missing", not keys or keys[-1] == old)
        keys += [new] if keys else [old, new]
    keys = keys or [verifier.strip()]
    need("the ledger was signed by other keys", verifier.strip() in keys)
    size, root, notes = 0, b"", [c["note"] for c in signings["checkpoints"]]
    for c in signings["checkpoints"]:
        said = next((said for said in (opened(c["note"], k) for k in keys) if said), None)
        need("a checkpoint is not signed", said)
        n, r, proof = int(said["size"]), decoded(said["root"]), [base64.b64decode(p) for p in c["proof"]]
        need("a checkpoint does not continue the one before", n >= max(size, 1) and (n != size or r == root))
        if 0 < size < n:
            need("a checkpoint does not continue the one before", grown(proof, 0, n, size, root) == (root, r))
        size, root = n, r
    need("there is no checkpoint of the ledger that the manifest names", notes and said["origin"] == manifest["origin"])
    need("the newest checkpoint is signed by a key that is no longer in force", opened(notes[-1], keys[-1]))
    need("what a lost key signed last is not in the bundle", all(text in notes for _, _, text, _ in losses))
    count, last, wanted = 0, -1, manifest["wanted"]
    for line in files["entries.jsonl"].splitlines():
        p = json.loads(line)
        e = p["entry"]
        need("entry %d is out of place" % e["seq"], max(last, wanted["from"] - 1) < e["seq"] < min(size, wanted["to"]))
        need("entry %d is not about whom it should be" % e["seq"], not wanted["about"] or wanted["about"] in e["about"])
        proof = [base64.b64decode(h) for h in p["proof"]]
        need("entry %d is not as it was written" % e["seq"], path(proof, 0, size, e["seq"], leaf(e)) == root)
        count, last = count + 1, e["seq"]
    need("entries are missing", count == manifest["entries"] and (wanted["about"] or count == wanted["to"] - wanted["from"]))
    for old, new, _, n in losses:
        print("Not proved: that %s was lost after %s entries, and that %s took its place: nobody but the new key says so." % (old, n, new))
    print("Proved: %d entries are in the tree of %d that the ledger signed, as they were written." % (count, size))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        print(__doc__)
        sys.exit(2)
    main(sys.argv[1], sys.argv[2])
