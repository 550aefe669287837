// Bun's own publish (uWebSockets): topics and native fan-out.
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request, server) {
    const name = new URL(request.url).pathname.slice(1);
    return server.upgrade(request, { data: { name } }) ? undefined : new Response(null, { status: 400 });
  },
  websocket: {
    idleTimeout: 0,
    open(client) {
      if (client.data.name !== 'publish') client.subscribe(client.data.name);
    },
    message(_client, message) {
      server.publish(message.slice(0, 6), message.slice(6));
    },
  },
});
console.log(`port=${server.port}`);
