#!/usr/bin/env python3
"""Follows channels of a Tidings server over its native WebSocket protocol, through cuts and restarts.

    TIDINGS_URL=http://127.0.0.1:3000 TIDINGS_TOKEN=JWT python3 websockets_client.py public:demo product:42

Needs the library `websockets`, 10.4 or newer (Debian: python3-websockets). Prints a line of JSON for each event.
"""

import asyncio
import json
import os
import random
import signal
import sys

import websockets

BASE_DELAY, MAX_DELAY = 0.5, 30.0  # seconds
KEEPALIVE = 10  # seconds between two pings, and that their answer may take
MAX_MESSAGE = 4 * 2**20  # the library's own bound, 1 MiB, is less than what one answer may bring back
NEVER_AGAIN = {1002, 1003, 1007, 1009}  # close codes below 4000 that coming back does not help
TEMPORARY = {"internal", "unavailable", "rate_limited", "timeout", "storage_unavailable", "storage_full"}


class Ended(Exception):
    """A session is over. `again`: whether to come back. `delay`: when, in seconds, if the server said so."""

    def __init__(self, why, again=True, delay=None):
        super().__init__(why)
        self.again, self.delay = again, delay


def may_come_back(code):
    return code not in NEVER_AGAIN and not 4500 <= code <= 4999


class Client:
    def __init__(self, url, token, channels, on_event, on_gap):
        self.url = url.replace("http", "ws", 1) + "/realtime"
        self.token = token  # asked for each connection, so that an expired one is replaced
        self.on_event, self.on_gap = on_event, on_gap
        # Everything up to here was handled. To resume in a new process too, store it together with what you make of the events.
        self.positions = dict.fromkeys(channels)
        self.may_jump = set()  # channels that skip events for a slow reader, as their namespace says
        self.attempt = 0

    async def run(self):
        """Returns only when the server said not to come back, or no channel is left."""
        while True:
            try:
                await self.session()
            except Ended as ended:
                if not ended.again:
                    raise
                # Full jitter: clients that were cut off together do not all come back together.
                delay = random.uniform(0, min(MAX_DELAY, BASE_DELAY * 2 ** min(self.attempt, 10)))
                delay = delay if ended.delay is None else ended.delay
                self.attempt += 1
                print(f"{ended}; back in {delay:.1f} s", file=sys.stderr)
                await asyncio.sleep(delay)

    async def session(self):
        token = self.token()
        # As a subprotocol, the token needs no header, whose option has another name in each version of the library.
        protocols = ["tidings.v1"] + ([f"tidings.token.{token}"] if token else [])
        notice = {}  # what the server says before it closes
        try:
            async with websockets.connect(
                self.url,
                subprotocols=protocols,
                # The library pings, so that a half-open connection is noticed, and answers the server's pings.
                ping_interval=KEEPALIVE,
                ping_timeout=KEEPALIVE,
                close_timeout=1,
                max_size=MAX_MESSAGE,
            ) as ws:
                while True:
                    message = json.loads(await ws.recv())
                    if message["type"] == "disconnect":
                        notice = message
                    else:
                        # One after the other: the next message is not read before this one is handled.
                        await self.handle(ws, message)
        except websockets.ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 1006
            delay = notice["retryAfter"] / 1000 if "retryAfter" in notice else None
            raise Ended(f"closed: {code}", notice.get("reconnect", may_come_back(code)), delay) from None
        except websockets.InvalidHandshake as refused:
            # Where the status is found depends on the version of the library.
            status = getattr(getattr(refused, "response", refused), "status_code", 500)
            raise Ended(f"refused: {refused}", again=status == 429 or not 400 <= status < 500) from None
        except (OSError, EOFError, asyncio.TimeoutError) as fault:
            raise Ended(f"no connection: {fault!r}") from None

    async def handle(self, ws, message):
        if message["type"] == "welcome":
            if message["protocol"] != 1:
                await ws.close(4505)
                raise Ended("the server speaks another protocol", again=False)
            channels = [{"channel": name, **({"since": at} if at else {})} for name, at in self.positions.items()]
            await ws.send(json.dumps({"type": "subscribe", "id": 1, "channels": channels}))
        elif message["type"] == "reply" and message.get("id") == 1:
            if not message["ok"]:
                error = message["error"]
                delay = error["retryAfter"] / 1000 if "retryAfter" in error else None
                raise Ended(f"subscribe: {error['code']}", error["code"] in TEMPORARY, delay)
            for answer in message["channels"]:
                await self.subscribed(answer)
            self.attempt = 0  # only now: a server that fails at once is not hammered
        elif message["type"] == "event":
            await self.hear(message)
        elif message["type"] == "unsubscribed":
            self.leave(message["channel"], message["error"])

    async def subscribed(self, answer):
        channel = answer["channel"]
        if "error" in answer:
            if answer["error"]["code"] in TEMPORARY:
                raise Ended(f"{channel}: {answer['error']['code']}")
            return self.leave(channel, answer["error"])
        if "overflow" in answer:
            self.may_jump.add(channel)
        if not answer["recovered"]:
            await self.on_gap(channel, answer["position"])
            self.positions[channel] = answer["position"]
            return
        for event in answer["events"]:
            await self.hear(event)
        self.positions[channel] = answer["position"]

    async def hear(self, event):
        channel, epoch, offset = event["channel"], event["epoch"], event["offset"]
        if self.positions.get(channel) is None:
            return  # left meanwhile
        last_epoch, last = self.positions[channel].split(":")
        if epoch == last_epoch and offset <= int(last):
            return  # heard before
        if epoch != last_epoch or (offset != int(last) + 1 and channel not in self.may_jump):
            raise Ended(f"a hole in {channel}")  # coming back reads it again, from the last position
        await self.on_event(event)
        # After the handler: a crash in between repeats an event and loses none.
        self.positions[channel] = f"{epoch}:{offset}"

    def leave(self, channel, error):
        print(f"{channel}: {error['code']}", file=sys.stderr)
        self.positions.pop(channel, None)
        if not self.positions:
            raise Ended("no channel is left", again=False)


async def main():
    async def on_event(event):
        print(json.dumps(event), flush=True)

    async def on_gap(channel, position):
        # At first, and when what was missed cannot be had: load the present state from your own backend here.
        print(json.dumps({"type": "gap", "channel": channel, "position": position}), flush=True)

    url = os.environ.get("TIDINGS_URL", "http://127.0.0.1:3000")
    client = Client(url, lambda: os.environ.get("TIDINGS_TOKEN"), sys.argv[1:], on_event, on_gap)
    task = asyncio.ensure_future(client.run())
    for name in (signal.SIGINT, signal.SIGTERM):  # cancelling closes the connection with 1000
        asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        pass
    except Ended as ended:
        sys.exit(str(ended))


asyncio.run(main())
