# Flask-SocketIO on eventlet, with the same two handlers as socketio.mjs.
import eventlet

eventlet.monkey_patch()

import eventlet.wsgi
from flask import Flask
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
io = SocketIO(app, async_mode="eventlet")


@io.on("join")
def join(room):
    join_room(room)
    return True


@io.on("publish")
def publish(room, data):
    emit("tick", data, to=room)


listener = eventlet.listen(("127.0.0.1", 0), backlog=4096)
print(f"port={listener.getsockname()[1]}", flush=True)
eventlet.wsgi.server(listener, app, log_output=False, max_size=20_000)
