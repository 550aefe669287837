/** What the device tells of its network and of the application's place on the screen. */
export interface LifecycleListener {
  /** The network has come back, or is another one. */
  online(): void;
  /** The network is gone, as far as the device knows. */
  offline(): void;
  /** The application is in front again, after it was hidden, frozen or asleep. */
  wake(): void;
  /** The application goes to the background, perhaps for good: whatever is to be kept is kept now. */
  hide(): void;
}

/** Watches the device: the browser's events by default, others where there are none (React Native, tests). */
export interface Lifecycle {
  /** Tells a listener until the function it gives is called. */
  watch(listener: LifecycleListener): () => void;
}
