#!/usr/bin/env python3
"""Follows channels of a Tidings server over Socket.IO, through cuts and restarts.

    TIDINGS_URL=http://127.0.0.1:3000 TIDINGS_TOKEN=JWT python3 socketio_client.py public:demo product:42

Needs `python-socketio` 5.7 or newer with `aiohttp` (Debian: python3-socketio, python3-aiohttp). Prints a line of JSON
for each event. It has no connection state recovery, as the JavaScript client has; so it resumes by positions.
"""

import asyncio
import json
import os
import random
import signal
import sys

import socketio

BASE_DELAY, MAX_DELAY = 0.5, 30.0  # seconds
PATIENCE = 10  # seconds that a connection may take to be made
TEMPORARY = {"internal", "unavailable", "rate_limited", "timeout", "storage_unavailable", "storage_full"}


class Ended(Exception):
    """A session is over. `again`: whether to come back. `delay`: when, in seconds, if the server said so."""

    def __init__(self, why, again=True, delay=None):
        super().__init__(why)
        self.again, self.delay = again, delay


def ended_by(error):
    """What an error of the server means for the session."""
    delay = error["retryAfter"] / 1000 if "retryAfter" in error else None
    return Ended(error["code"], error["code"] in TEMPORARY, delay)


class Client:
    def __init__(self, url, token, channels, on_event, on_gap):
        self.url = url
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
        # The library's own way back does not know when the server wants us, nor that it does not. Its heartbeat is used.
        socket = socketio.AsyncClient(reconnection=False)
        # The library runs handlers side by side. They only put what came into a queue, which keeps the order.
        inbox = asyncio.Queue()
        socket.on("connect", lambda: inbox.put_nowait(("connect", None)))
        socket.on("connect_error", lambda fault=None: inbox.put_nowait(("refused", fault)))
        socket.on("disconnect", lambda *_: inbox.put_nowait(("lost", None)))
        socket.on("*", lambda *heard: inbox.put_nowait(("event", heard)))
        token = self.token()
        try:
            # Not `wait`: that would sit out its time when the server refuses.
            await socket.connect(self.url, auth={"token": token} if token else None, transports=["websocket"], wait=False)
            kind, fault = await asyncio.wait_for(inbox.get(), PATIENCE)
            if kind == "refused":
                raise ended_by(fault["data"])
            channels = [{"channel": name, **({"since": at} if at else {})} for name, at in self.positions.items()]
            # Not `call`, which would return after events that came behind the answer.
            await socket.emit(
                "subscribe", {"channels": channels}, callback=lambda answer: inbox.put_nowait(("reply", answer))
            )
            await self.listen(inbox)
        except (socketio.exceptions.SocketIOError, asyncio.TimeoutError) as fault:
            raise Ended(f"no connection: {fault!r}") from None
        finally:
            await socket.disconnect()

    async def listen(self, inbox):
        notice = {}  # what the server says before it goes
        while True:
            # One after the other: the next message is not taken before this one is handled.
            kind, what = await inbox.get()
            if kind == "lost":
                delay = notice["retryAfter"] / 1000 if "retryAfter" in notice else None
                raise Ended(f"lost: {notice.get('reason')}", notice.get("reconnect", True), delay)
            if kind == "reply":
                if not what["ok"]:
                    raise ended_by(what["error"])
                for answer in what["channels"]:
                    await self.subscribed(answer)
                self.attempt = 0  # only now: a server that fails at once is not hammered
            elif kind == "event":
                name, data, *more = what
                if name == "tidings:disconnect":
                    notice = data
                elif more and isinstance(more[0], dict):
                    await self.hear({"type": "event", "event": name, "data": data, **more[0]})
                elif name == "unsubscribed":
                    self.leave(data["channel"], data["error"])

    async def subscribed(self, answer):
        channel = answer["channel"]
        if "error" in answer:
            if answer["error"]["code"] in TEMPORARY:
                raise ended_by(answer["error"])
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
    for name in (signal.SIGINT, signal.SIGTERM):  # cancelling closes the connection
        asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        pass
    except Ended as ended:
        sys.exit(str(ended))


asyncio.run(main())
