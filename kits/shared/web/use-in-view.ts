import { useEffect, useState } from 'react';

/** Whether an element can be seen, or soon will be: what nobody sees need not be followed. */
export function useInView(element: { readonly current: Element | null }): boolean {
  const [inView, setInView] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(([entry]) => setInView(entry?.isIntersecting === true), {
      rootMargin: '10%',
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return inView;
}
