//! Follows channels of a Tidings server over its native WebSocket protocol, through cuts and restarts. Prints a line of
//! JSON for each event.
//!
//!     TIDINGS_URL=http://127.0.0.1:3000 TIDINGS_TOKEN=JWT cargo run public:demo product:42

use std::{collections::BTreeMap, convert::Infallible, env, process::ExitCode, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{json, Value};
use tokio::signal::unix::{signal, SignalKind};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{
    client::IntoClientRequest, http::HeaderValue, Error, Message,
};
use tokio_tungstenite::{connect_async, MaybeTlsStream, WebSocketStream};

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

const BASE_DELAY: u64 = 500; // milliseconds
const MAX_DELAY: u64 = 30_000; // milliseconds
const PATIENCE: Duration = Duration::from_secs(10);
const TEMPORARY: [&str; 6] = [
    "internal",
    "unavailable",
    "rate_limited",
    "timeout",
    "storage_unavailable",
    "storage_full",
];

/// Why a session is over, whether to come back, and when if the server said so.
struct Ended {
    why: String,
    again: bool,
    retry_after: Option<u64>,
}

impl Ended {
    fn new(why: impl ToString, again: bool) -> Self {
        Self {
            why: why.to_string(),
            again,
            retry_after: None,
        }
    }

    /// What an error of the server means for the session.
    fn by(error: &Value) -> Self {
        let code = text(error, "code");
        let retry_after = error["retryAfter"].as_u64();
        Self {
            again: TEMPORARY.contains(&code.as_str()),
            why: code,
            retry_after,
        }
    }

    /// What the server says before it closes.
    fn told(notice: &Value) -> Self {
        let (why, again) = (text(notice, "reason"), notice["reconnect"] == true);
        let retry_after = notice["retryAfter"].as_u64();
        Self {
            why,
            again,
            retry_after,
        }
    }
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        let refused = matches!(&error, Error::Http(response)
            if response.status().is_client_error() && response.status() != 429);
        Self::new(error, !refused)
    }
}

fn may_come_back(code: u16) -> bool {
    !matches!(code, 1002 | 1003 | 1007 | 1009 | 4500..=4999)
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_string()
}

struct Place {
    epoch: String,
    offset: u64,
    /// The channel skips events for a slow reader, as its namespace says.
    may_jump: bool,
}

type Places = BTreeMap<String, Option<Place>>;

fn subscribe(places: &Places) -> Message {
    let target = |(channel, place): (&String, &Option<Place>)| match place {
        Some(at) => json!({"channel": channel, "since": format!("{}:{}", at.epoch, at.offset)}),
        None => json!({"channel": channel}),
    };
    let channels: Vec<Value> = places.iter().map(target).collect();
    Message::text(json!({"type": "subscribe", "id": 1, "channels": channels}).to_string())
}

/// The next message of the server, or why there is none.
async fn receive(ws: &mut Socket, silence: Duration) -> Result<Value, Ended> {
    loop {
        let next = timeout(silence, ws.next()).await;
        match next.map_err(|_| Ended::new("silence", true))? {
            Some(Ok(Message::Text(raw))) => {
                return serde_json::from_str(&raw).map_err(|fault| Ended::new(fault, true));
            }
            Some(Ok(Message::Close(close))) => {
                let code = close.map_or(1005, |frame| frame.code.into());
                return Err(Ended::new(format!("closed: {code}"), may_come_back(code)));
            }
            Some(Ok(_)) => {}
            Some(Err(fault)) => return Err(fault.into()),
            None => return Err(Ended::new("lost", true)),
        }
    }
}

struct Client<H: FnMut(&Value)> {
    url: String,
    /// Everything up to here was handled; `None` before the first subscribe. To resume in a new process too, store the
    /// places together with what you make of the events.
    places: Places,
    attempt: u32,
    ws: Option<Socket>,
    /// Is given events, and `{"type": "gap", channel, position}` at first and when what was missed cannot be had: load
    /// the present state from your own backend then.
    handler: H,
}

impl<H: FnMut(&Value)> Client<H> {
    /// Returns only when the server said not to come back, or no channel is left.
    async fn run(&mut self) -> String {
        loop {
            let Err(ended) = self.session().await;
            // Answers the server's close.
            if let Some(mut ws) = self.ws.take() {
                let _ = timeout(Duration::from_secs(1), ws.close(None)).await;
            }
            if !ended.again {
                return ended.why;
            }
            // Full jitter: clients that were cut off together do not all come back together.
            let ceiling = MAX_DELAY.min(BASE_DELAY << self.attempt.min(10));
            let delay = ended
                .retry_after
                .unwrap_or_else(|| rand::random_range(0..ceiling));
            self.attempt += 1;
            eprintln!("{}; back in {delay} ms", ended.why);
            sleep(Duration::from_millis(delay)).await;
        }
    }

    /// One connection, from dial to close.
    async fn session(&mut self) -> Result<Infallible, Ended> {
        let connecting = timeout(PATIENCE, connect_async(self.request()?)).await;
        let (ws, _) = connecting.map_err(|_| Ended::new("no connection", true))??;
        let ws = self.ws.insert(ws);
        let welcome = receive(ws, PATIENCE).await?;
        if welcome["type"] == "disconnect" {
            return Err(Ended::told(&welcome));
        }
        if welcome["protocol"] != 1 {
            let (code, reason) = (4505.into(), "".into());
            ws.close(Some(CloseFrame { code, reason })).await?;
            return Err(Ended::new("the server speaks another protocol", false));
        }
        ws.send(subscribe(&self.places)).await?;

        // The library answers the server's pings and shows them, at least one in each heartbeat. So longer silence is a
        // connection that is gone.
        let silence = PATIENCE + Duration::from_millis(welcome["heartbeat"].as_u64().unwrap_or(0));
        while let Some(ws) = &mut self.ws {
            let message = receive(ws, silence).await?;
            // One after the other: the next message is not read before this one is handled.
            match message["type"].as_str() {
                Some("reply") if message["ok"] == true => {
                    for answer in message["channels"].as_array().into_iter().flatten() {
                        self.subscribed(answer)?;
                    }
                    self.attempt = 0; // only now: a server that fails at once is not hammered
                }
                Some("reply") => return Err(Ended::by(&message["error"])),
                Some("event") => self.hear(&message)?,
                Some("unsubscribed") => {
                    self.leave(&text(&message, "channel"), &message["error"])?
                }
                Some("disconnect") => return Err(Ended::told(&message)),
                _ => {} // what a newer server says
            }
        }
        Err(Ended::new("stopped", false))
    }

    fn request(&self) -> Result<Request, Ended> {
        let mut request = self.url.as_str().into_client_request()?;
        let headers = request.headers_mut();
        headers.insert(
            "Sec-WebSocket-Protocol",
            HeaderValue::from_static("tidings.v1"),
        );
        // Read for each connection, so that an expired one is replaced.
        if let Ok(token) = env::var("TIDINGS_TOKEN") {
            let value = HeaderValue::try_from(format!("Bearer {token}"));
            headers.insert(
                "Authorization",
                value.map_err(|fault| Ended::new(fault, false))?,
            );
        }
        Ok(request)
    }

    fn subscribed(&mut self, answer: &Value) -> Result<(), Ended> {
        let channel = text(answer, "channel");
        if answer["error"].is_object() {
            let ended = Ended::by(&answer["error"]);
            return if ended.again {
                Err(ended)
            } else {
                self.leave(&channel, &answer["error"])
            };
        }
        if answer["recovered"] != true {
            let position = text(answer, "position");
            let (epoch, offset) = position.split_once(':').unwrap_or((&position, "0"));
            let offset = offset.parse().map_err(|fault| Ended::new(fault, false))?;
            (self.handler)(&json!({"type": "gap", "channel": channel, "position": position}));
            let place = Place {
                epoch: epoch.to_string(),
                offset,
                may_jump: answer["overflow"].is_string(),
            };
            self.places.insert(channel, Some(place));
        }
        answer["events"]
            .as_array()
            .into_iter()
            .flatten()
            .try_for_each(|event| self.hear(event))
    }

    fn hear(&mut self, event: &Value) -> Result<(), Ended> {
        let channel = text(event, "channel");
        let Some(Some(last)) = self.places.get_mut(&channel) else {
            return Ok(()); // left meanwhile
        };
        let (epoch, offset) = (text(event, "epoch"), event["offset"].as_u64().unwrap_or(0));
        if epoch == last.epoch && offset <= last.offset {
            return Ok(()); // heard before
        }
        if epoch != last.epoch || (offset != last.offset + 1 && !last.may_jump) {
            // Coming back reads it again, from the last place.
            return Err(Ended::new(format!("a hole in {channel}"), true));
        }
        (self.handler)(event);
        // After the handler: a crash in between repeats an event and loses none.
        last.offset = offset;
        Ok(())
    }

    fn leave(&mut self, channel: &str, error: &Value) -> Result<(), Ended> {
        eprintln!("{channel}: {}", text(error, "code"));
        self.places.remove(channel);
        if self.places.is_empty() {
            Err(Ended::new("no channel is left", false))
        } else {
            Ok(())
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let url = env::var("TIDINGS_URL").unwrap_or("http://127.0.0.1:3000".into());
    let mut client = Client {
        url: url.replacen("http", "ws", 1) + "/realtime",
        places: env::args().skip(1).map(|channel| (channel, None)).collect(),
        attempt: 0,
        ws: None,
        handler: |event: &Value| println!("{event}"),
    };
    let mut terminate = signal(SignalKind::terminate()).expect("signals can be handled");
    let why = tokio::select! {
        why = client.run() => Some(why),
        _ = tokio::signal::ctrl_c() => None,
        _ = terminate.recv() => None,
    };
    if let Some(mut ws) = client.ws {
        let _ = ws.close(None).await;
    }
    let Some(why) = why else {
        return ExitCode::SUCCESS;
    };
    eprintln!("{why}");
    ExitCode::FAILURE
}
