/**
 * The Socket.IO client of the price tracker, for script tags:
 *
 *   <script src="https://cdn.socket.io/4.5.4/socket.io.min.js"></script>
 *   <script src="/js/socketio-client.js" data-token="TOKEN"></script>
 *
 * It connects by itself, to the server it was loaded from, and makes the global `socketClient`. Its `on…` functions may be
 * replaced. Without `data-token` the visitor is known by the server's cookie, or is anonymous.
 */
(() => {
  const script = document.currentScript;
  const server = script?.src ? new URL(script.src).origin : location.origin;
  const token = script?.dataset.token;

  /** Attempts to come back, one after the other, before it is given up. */
  const ATTEMPTS = 5;
  /** The first pause before an attempt, doubled each time up to the last, milliseconds. */
  const FIRST_PAUSE = 1000;
  const LAST_PAUSE = 16_000;
  /** How long a toast stays, milliseconds. */
  const TOAST = 5000;
  const TOAST_OF_DROP = 10_000;

  /** What a product's channel begins with. */
  const PRODUCT = 'product:';
  /** Events that are remembered, so that none is told twice. */
  const REMEMBERED = 1000;

  const COLOURS = { info: '#0b5f6b', success: '#17653a', warning: '#8f4f00', error: '#a8231b' };

  /** Products that are to be heard of, also after a new connection. */
  const followed = new Set();

  const socket = window.io(server, {
    auth: token ? { token } : {},
    // The cookie, also where the page comes from another place than this script.
    withCredentials: true,
    reconnectionAttempts: ATTEMPTS,
    reconnectionDelay: FIRST_PAUSE,
    reconnectionDelayMax: LAST_PAUSE,
  });

  const socketClient = {
    /** The Socket.IO socket below, for events of one's own. */
    socket,
    get connected() {
      return socket.connected;
    },

    /** Hears of a product from now on. */
    subscribeToPriceUpdates(productId) {
      followed.add(productId);
      if (socket.connected) subscribe(productId);
    },
    /** Hears of a product no more. */
    unsubscribeFromPriceUpdates(productId) {
      followed.delete(productId);
      positions.delete(PRODUCT + productId);
      if (socket.connected) socket.emit('unsubscribe_price_updates', { product_id: productId });
    },
    /** Has the unread notifications told once more, each to `onNotification`. */
    getNotifications() {
      socket.emit('get_notifications');
    },
    disconnect() {
      socket.disconnect();
    },

    // To be replaced at will.
    onConnect() {},
    onDisconnect(_reason) {},
    /** All attempts to come back have failed; `socketClient.socket.connect()` begins again. */
    onConnectionFailed() {
      showToast('The connection is lost. Reload the page to try again.', 'error', TOAST_OF_DROP);
    },
    /** A command was refused: `{code, message, command}`. */
    onError(error) {
      // biome-ignore lint/suspicious/noConsole: where a page's author looks, until it is replaced.
      console.error('socketClient:', error);
    },
    onPriceUpdate(data) {
      showToast(data.message, 'info', TOAST);
    },
    onPriceDrop(data) {
      showToast(data.message, 'success', TOAST_OF_DROP);
    },
    onProductAdded(data) {
      showToast(data.message, 'info', TOAST);
    },
    onNotification(data) {
      showToast(data.message, data.type, TOAST_OF_DROP);
    },
  };

  function subscribe(productId) {
    socket.emit('subscribe_price_updates', { product_id: productId }, (answer) => {
      if (answer?.ok === false)
        socketClient.onError({ ...answer.error, command: 'subscribe_price_updates', product_id: productId });
      else if (!recoversItself && followed.has(productId)) askPosition(answer.data.channel);
    });
  }

  /** Since 4.6 socket.io-client is told what it missed by itself. For an older one, this script asks for it. */
  const recoversItself = 'recovered' in socket;
  /** Everything up to here has been heard of each channel, `epoch:offset`; kept by older clients. */
  const positions = new Map();
  /** Channels whose missed events are asked for: what is heard of them meanwhile comes after those. */
  const catchingUp = new Set();
  /** Ids of the last events: what is asked for may have come by itself. */
  const heard = new Set();

  function askPosition(channel) {
    socket.emit('subscribe', { channel }, (answer) => {
      if (answer?.ok && !positions.has(channel)) positions.set(channel, answer.position);
    });
  }

  /** The server has a visitor follow what is no product's. */
  function isFollowed(channel) {
    return !channel.startsWith(PRODUCT) || followed.has(channel.slice(PRODUCT.length));
  }

  /** Has everything told that was missed, by the events' own names. */
  function catchUp(missed) {
    for (const productId of followed) if (!missed.has(PRODUCT + productId)) subscribe(productId);
    for (const [channel, since] of missed) {
      if (!isFollowed(channel)) continue;
      catchingUp.add(channel);
      socket.emit('subscribe', { channel, since }, (answer) => {
        catchingUp.delete(channel);
        if (!answer?.ok) return;
        for (const { event, data, ...meta } of answer.events) tell(event, data, meta);
        positions.set(channel, answer.position);
      });
    }
  }

  let missed = new Map();
  socket.on('connect', () => {
    // A session that was recovered follows what it followed, and has been told what it missed.
    if (!socket.recovered) catchUp(missed);
    tellVisibility();
    socketClient.onConnect();
  });
  socket.on('disconnect', (reason) => {
    missed = new Map(positions);
    catchingUp.clear();
    socketClient.onDisconnect(reason);
  });
  socket.io.on('reconnect_failed', () => socketClient.onConnectionFailed());

  const HANDLERS = {
    price_update: 'onPriceUpdate',
    price_drop: 'onPriceDrop',
    product_added: 'onProductAdded',
    notification: 'onNotification',
  };

  /** Calls a handler, looked up at each event, so that one which is replaced later is the one that is called. */
  function tell(event, data, meta) {
    // What is told to this visitor alone has no place in a channel.
    if (!recoversItself && meta?.channel) {
      if (heard.has(meta.id)) return;
      heard.add(meta.id);
      if (heard.size > REMEMBERED) heard.delete(heard.values().next().value);
      if (!catchingUp.has(meta.channel)) positions.set(meta.channel, `${meta.epoch}:${meta.offset}`);
    }
    const handler = Object.hasOwn(HANDLERS, event) ? HANDLERS[event] : undefined;
    if (handler) socketClient[handler](data);
    if (event === 'notification' && !isHidden()) socket.emit('inbox.seen', { ids: [data.id] }, () => {});
  }
  for (const event of Object.keys(HANDLERS)) socket.on(event, (data, meta) => tell(event, data, meta));

  // What the visitor has before their eyes shall come neither to their devices nor by mail; what they have not, at once.
  const isHidden = () => document.visibilityState === 'hidden';
  function tellVisibility() {
    if (socket.connected) socket.emit('visibility', { hidden: isHidden() }, () => {});
  }
  document.addEventListener('visibilitychange', tellVisibility);
  socket.on('error', (error) => socketClient.onError(error));

  /** Shows a text for a while; whatever looks like HTML in it is none. */
  function showToast(text, type = 'info', duration = TOAST) {
    const toast = document.createElement('div');
    toast.textContent = text;
    toast.setAttribute('role', type === 'error' ? 'alert' : 'status');
    toast.dataset.toast = type;
    Object.assign(toast.style, {
      padding: '0.75rem 1rem',
      borderRadius: '0.5rem',
      background: COLOURS[type] ?? COLOURS.info,
      color: '#fff',
      font: '500 0.9375rem/1.4 system-ui, sans-serif',
      boxShadow: '0 0.25rem 1rem rgb(0 0 0 / 25%)',
      overflowWrap: 'anywhere',
      cursor: 'pointer',
    });
    toast.addEventListener('click', () => toast.remove());
    toastList().append(toast);
    setTimeout(() => toast.remove(), duration);
  }

  function toastList() {
    let list = document.getElementById('socket-client-toasts');
    if (list) return list;
    list = document.createElement('div');
    list.id = 'socket-client-toasts';
    Object.assign(list.style, {
      position: 'fixed',
      right: '1rem',
      bottom: '1rem',
      zIndex: '9999',
      display: 'grid',
      gap: '0.5rem',
      width: 'min(22rem, calc(100vw - 2rem))',
    });
    document.body.append(list);
    return list;
  }

  window.socketClient = socketClient;
  // A page that has toasts of its own keeps them.
  window.toast ??= Object.assign((text, type, duration) => showToast(text, type, duration), {
    info: (text, _type, duration) => showToast(text, 'info', duration),
    success: (text, _type, duration) => showToast(text, 'success', duration),
    warning: (text, _type, duration) => showToast(text, 'warning', duration),
    error: (text, _type, duration) => showToast(text, 'error', duration),
  });
})();
