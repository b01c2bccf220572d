"""Reads an event stream with Python's standard library; prints each event as a line of JSON.

Usage: python-client.py URL [LAST_EVENT_ID]
"""

import http.client
import json
import sys
from urllib.parse import urlsplit


def open_stream(url, last_event_id):
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = connect(parts.hostname, parts.port)
    headers = {"Accept": "text/event-stream"}
    if last_event_id is not None:
        headers["Last-Event-ID"] = last_event_id
    path = parts.path or "/"
    connection.request("GET", path + ("?" + parts.query if parts.query else ""), headers=headers)
    response = connection.getresponse()
    if response.status != 200:
        sys.exit(f"expected status 200, got {response.status}")
    return response


def split_lines(response):
    """Lines without their ends. bytes.splitlines() will not do: it knows no CR at a chunk's end."""
    line = bytearray()
    after_cr = False
    while chunk := response.read1(65536):
        for piece in chunk.splitlines(keepends=True):
            if after_cr and piece == b"\n":
                after_cr = False
                continue
            after_cr = piece.endswith(b"\r")
            line += piece.rstrip(b"\r\n")
            if piece.endswith((b"\r", b"\n")):
                yield bytes(line)
                line.clear()


def read_events(lines):
    last_event_id = ""
    data, event, new_id = [], "", None
    for number, raw in enumerate(lines):
        line = raw.decode("utf-8", errors="replace")
        if number == 0:
            line = line.removeprefix("\ufeff")
        if line == "":
            if new_id is not None:
                last_event_id = new_id
            if data:
                yield {"event": event or "message", "data": "\n".join(data), "id": last_event_id}
            data, event, new_id = [], "", None
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            data.append(value)
        elif field == "event":
            event = value
        elif field == "id" and "\0" not in value:
            new_id = value


def main():
    last_event_id = sys.argv[2] if len(sys.argv) > 2 else None
    for event in read_events(split_lines(open_stream(sys.argv[1], last_event_id))):
        print(json.dumps(event), flush=True)


main()
