export * from './channel-name.ts';
export * from './cursor.ts';
export * from './disconnects.ts';
export * from './errors.ts';
export * from './events-of.ts';
export * from './messages.ts';
export * from './position.ts';
