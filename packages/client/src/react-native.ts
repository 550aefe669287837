/**
 * What the client has for React Native.
 *
 * @module
 */
export { type AsyncStorageLike, AsyncStorageOutboxStore } from './react-native/async-storage-outbox-store.ts';
export { type AppStateLike, type NetInfoLike, nativeLifecycle } from './react-native/native-lifecycle.ts';
