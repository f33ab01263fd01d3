#!/usr/bin/env python3
"""Surveys an archive with a Refinery node and fetches what was refined. Standard library only.

    refinery.py survey ena accession=PRJNA1 --to results
    refinery.py survey ena accession=PRJNA1 pipeline=kallisto-quant --to results
    refinery.py fetch SURVEY --to results
    refinery.py events --after 0

The node is REFINERY_URL (http://127.0.0.1:8080), the token REFINERY_TOKEN. Exit codes: 0 done,
1 something failed, 2 the request was refused, 3 the node cannot be reached.

As a module:

    from refinery import Refinery
    refinery = Refinery("http://127.0.0.1:8080")
    survey = refinery.post("/surveys", {"source": "ena", "parameters": {"accession": "PRJNA1"}})
"""

import argparse
import hashlib
import http.client
import json
import os
import random
import re
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

SILENCE = 60  # seconds; the node sends something at least every 15
TRIES = 10
PASSING = (429, 502, 503, 504)


class Problem(Exception):
    """The node refused a request: a problem of RFC 9457."""

    def __init__(self, status, body, retry_after):
        try:
            problem = json.loads(body)
            said = problem.get("detail") or problem.get("title", "")
            self.errors = problem.get("errors", [])
        except (ValueError, AttributeError):
            said, self.errors = "the answer is not a node's: is this the right address?", []
        wrong = [f"{each['pointer']} {each['message']}" for each in self.errors if each["message"] not in said]
        super().__init__("; ".join([said, *wrong]) + f" (HTTP {status})")
        self.status = status
        self.retry_after = float(retry_after) if re.fullmatch(r"\d+", retry_after or "") else 0.0


class Unreachable(Exception):
    """No node answers."""


class Refinery:
    """A node. Requests that may be repeated are, while the node is away or has no room."""

    def __init__(self, url, token=None):
        self.url = url.rstrip("/")
        self.token = token

    def open(self, method, path, body=None, headers=None):
        """One request; the answer is open. Raises Problem or Unreachable."""
        request = urllib.request.Request(f"{self.url}/api/v1{path}", method=method)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        try:
            return urllib.request.urlopen(request, timeout=SILENCE)
        except urllib.error.HTTPError as error:
            raise Problem(error.code, error.read(65536), error.headers.get("Retry-After")) from None
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"cannot reach the node at {self.url}: {error}") from error

    def repeated(self, call):
        """Calls until it succeeds, with pauses that double and are spread."""
        for tries in range(1, TRIES + 1):
            try:
                return call()
            except (Problem, Unreachable, OSError, http.client.HTTPException) as error:
                passing = not isinstance(error, Problem) or error.status in PASSING
                if not passing or tries == TRIES:
                    raise
                self.pause(tries, getattr(error, "retry_after", 0.0))

    @staticmethod
    def pause(tries, least=0.0):
        time.sleep(max(least, min(15, 0.2 * 2**tries) * random.uniform(0.5, 1)))

    def json(self, method, path, body=None, headers=None):
        with self.open(method, path, body, headers) as answer:
            return json.load(answer)

    def get(self, path):
        return self.repeated(lambda: self.json("GET", path))

    def post(self, path, body, key=None):
        """Posts under an Idempotency-Key, so that a repeat makes nothing twice."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.repeated(lambda: self.json("POST", path, body, headers))

    def list(self, path, **filters):
        """All items of a list, page by page."""
        cursor = None
        while True:
            query = {"limit": 1000, **filters, **({"cursor": cursor} if cursor else {})}
            page = self.get(f"{path}?{urllib.parse.urlencode(query)}")
            yield from page["items"]
            cursor = page["next"]
            if not cursor:
                return

    def events(self, after=None, marks=False):
        """Events as they happen, for ever; after a break it goes on behind the last one.

        With marks, None comes whenever a stream has begun: what happens from then on will be seen.
        """
        tries = 0
        while True:
            try:
                headers = {"Accept": "text/event-stream"}
                if after is not None:
                    headers["Last-Event-ID"] = str(after)
                with self.open("GET", "/events", headers=headers) as stream:
                    for number, data in messages(stream):
                        after, tries = number, 0
                        if data or marks:
                            yield json.loads(data) if data else None
            except Problem as problem:
                if problem.status not in PASSING:
                    raise
            except (Unreachable, OSError, http.client.HTTPException):
                pass
            tries += 1
            if tries == TRIES:
                raise Unreachable(f"the events of {self.url} break off")
            self.pause(tries)

    def wait(self, survey_id):
        """Waits until a survey has ended or asks something, by its events."""
        for event in self.events(marks=True):
            if event is None or event["entity"] == survey_id:
                survey = self.get(f"/surveys/{survey_id}")
                if survey["state"] != "running":
                    return survey

    def download(self, artifact, path):
        """Copies an artifact, verified; a file that has its SHA-256 is left alone. True if copied."""
        if os.path.isfile(path) and digest(path) == artifact["sha256"]:
            return False
        folder = os.path.dirname(os.path.abspath(path))
        os.makedirs(folder, exist_ok=True)
        handle, staging = tempfile.mkstemp(prefix=".fetching-", dir=folder)
        os.close(handle)
        try:
            self.repeated(lambda: self.copy(artifact, staging))
            os.replace(staging, path)
        finally:
            if os.path.exists(staging):
                os.remove(staging)
        return True

    def copy(self, artifact, path):
        sha256 = hashlib.sha256()
        with self.open("GET", f"/artifacts/{artifact['sha256']}") as source, open(path, "wb") as target:
            while block := source.read(1 << 20):
                sha256.update(block)
                target.write(block)
            target.flush()
            os.fsync(target.fileno())
        if sha256.hexdigest() != artifact["sha256"]:
            raise OSError(f"{artifact['name']} arrived damaged")


def messages(stream):
    """The id and data of server-sent events; comments and what is not whole are left out."""
    number, data = None, []
    for raw in stream:
        line = raw.decode().rstrip("\r\n")
        if line.startswith("id:"):
            number = int(line[3:])
        elif line.startswith("data:"):
            data.append(line[5:].strip())
        elif not line and number is not None:
            yield number, "\n".join(data)
            number, data = None, []


def digest(path):
    sha256 = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            sha256.update(block)
    return sha256.hexdigest()


def safe(name):
    """A file name without separators or a leading dot: names come from archives and tools."""
    return re.sub(r"^\.+", "_", re.sub(r"[^A-Za-z0-9._+-]", "_", name))[:150] or "_"


def fetch(refinery, survey_id, folder):
    copied = present = 0
    for batch in refinery.list("/batches", survey_id=survey_id, state="done"):
        place = os.path.join(folder, safe(batch["key"] + "-" + batch["id"].removeprefix("batch-")[:8]))
        taken = set()
        for artifact in batch["artifacts"]:
            name = safe(artifact["name"])
            while name.lower() in taken:
                name = "_" + name
            taken.add(name.lower())
            if refinery.download(artifact, os.path.join(place, name)):
                copied += 1
            else:
                present += 1
    print(f"{copied} files copied, {present} already there")


def value(text):
    """Numbers, lists and so on as such; all else is a string."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def survey(refinery, source, pairs, folder):
    body = {"source": source, "parameters": {}}
    for pair in pairs:
        name, _, text = pair.partition("=")
        if name in ("pipeline", "priority"):
            body[name] = value(text)
        else:
            body["parameters"][name] = value(text)
    posted = refinery.post("/surveys", body)
    print(posted["id"], flush=True)
    ended = refinery.wait(posted["id"])
    counts = ended["batches"]
    print(f"{ended['state']}: {counts['done']} of {counts['total']} batches done", flush=True)
    for batch in refinery.list("/batches", survey_id=posted["id"], state="failed"):
        print(f"{batch['key']}: {batch['reason']}", file=sys.stderr)
    if folder:
        fetch(refinery, posted["id"], folder)
    return 0 if ended["state"] in ("done", "awaiting_input") else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default=os.environ.get("REFINERY_URL", "http://127.0.0.1:8080"))
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("survey", help="survey a source, wait, fetch")
    one.add_argument("source")
    one.add_argument("pairs", nargs="*", metavar="key=value")
    one.add_argument("--to", help="folder for the artifacts")
    two = commands.add_parser("fetch", help="fetch what a survey has refined")
    two.add_argument("survey")
    two.add_argument("--to", required=True)
    three = commands.add_parser("events", help="print events as they happen")
    three.add_argument("--after", type=int, help="go on behind this one; 0 is the beginning")
    three.add_argument("--count", type=int, help="end after so many")
    asked = parser.parse_args()
    refinery = Refinery(asked.url, os.environ.get("REFINERY_TOKEN"))
    try:
        if asked.command == "survey":
            return survey(refinery, asked.source, asked.pairs, asked.to)
        if asked.command == "fetch":
            fetch(refinery, asked.survey, asked.to)
            return 0
        for number, event in enumerate(refinery.events(asked.after), 1):
            print(event["ordering"], event["at"], event["entity"], event["type"], flush=True)
            if number == asked.count:
                return 0
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2 if problem.status < 500 else 3
    except Unreachable as away:
        print(away, file=sys.stderr)
        return 3
    except OSError as failed:
        print(failed, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
