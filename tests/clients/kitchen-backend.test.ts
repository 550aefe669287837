/**
 * The Rust of kits/kitchen/README.md, compiled and run as it stands there.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { API_KEY } from '../support/credentials.ts';
import { startKitchen } from '../support/kitchen/start-kitchen.ts';
import { cache, cargoBuild, Missing } from './toolchains.ts';

const README = join(import.meta.dirname, '../../kits/kitchen/README.md');

const MANIFEST = `[package]
name = "kitchen-backend"
version = "1.0.0"
edition = "2021"
publish = false

[dependencies]
reqwest = { version = "0.12", default-features = false, features = ["json"] }
serde = "1"
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt"] }
`;

/** With empty caches on a busy machine, milliseconds. */
const PREPARATION = 400_000;

/** A program that does what the services of the README do. */
function program(): string {
  const [service, use] = readFileSync(README, 'utf8')
    .matchAll(/```rust\n(.*?)```/gs)
    .map(([, code]) => code as string);
  return `${service}
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (url, api_key) = (arguments.next().unwrap(), arguments.next().unwrap());
    let realtime_service = std::sync::Arc::new(RealtimeService::new(&url, &api_key));
    let (user_id, post_id, goal_id, author_name, content) = ("olga", "p-1", "g-1", "Пётр", "Борщ");
    let expiring_items = json!([{ "name": "Молоко" }]);
    ${use}
    Ok(())
}
`;
}

it(
  'a backend in Rust tells everything that there is to tell',
  async (context) => {
    const folder = join(cache, 'kitchen-backend');
    mkdirSync(join(folder, 'src'), { recursive: true });
    writeFileSync(join(folder, 'Cargo.toml'), MANIFEST);
    writeFileSync(join(folder, 'src/main.rs'), program());
    const built = await cargoBuild(folder, 'kitchen-backend').catch((error: unknown) => {
      if (error instanceof Missing) return context.skip(error.message);
      throw error;
    });
    const { url, raw } = await startKitchen();
    const olga = await raw('olga');
    await promisify(execFile)(built, [url, API_KEY]);
    await olga.take('SystemNotification');
    expect(olga.told.all).toEqual([
      { type: 'NewCommunityPost', data: { post_id: 'p-1', author_name: 'Пётр', content: 'Борщ' } },
      { type: 'PostLiked', data: { post_id: 'p-1', liker_id: 'petr', liker_name: 'Пётр' } },
      {
        type: 'NewComment',
        data: { post_id: 'p-1', comment_id: '7', author_name: 'Пётр', content: 'Вкусно!' },
      },
      { type: 'NewFollower', data: { follower_id: 'petr', follower_name: 'Пётр' } },
      { type: 'ExpiringItems', data: { items: [{ name: 'Молоко' }] } },
      { type: 'GoalAchieved', data: { goal_id: 'g-1', title: 'Достигнута цель по весу!' } },
      { type: 'RecipeGenerated', data: { recipe_id: '12', title: 'Борщ' } },
      { type: 'SystemNotification', data: { title: 'Обновление', message: 'В полночь' } },
    ]);
  },
  PREPARATION,
);
