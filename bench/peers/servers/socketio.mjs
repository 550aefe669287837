// The socket.io server's own room broadcast. Runs with the packages of bench/package.json.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server, { serveClient: false });
io.on('connection', (socket) => {
  socket.on('join', (room, done) => {
    socket.join(room);
    done();
  });
  socket.on('publish', (room, data) => io.to(room).emit('tick', data));
});
server.listen(0, '127.0.0.1', 4096, () => console.log(`port=${server.address().port}`));
