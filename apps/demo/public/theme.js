// Runs before the first paint, so that a chosen theme does not flash. The same key is in src/shell/preferences.ts.
try {
  const theme = localStorage.getItem('tidings.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; then the system's theme it is.
}
