import { useValue } from '../../../shared/web/use-made.ts';
import type { Household, Households } from './households.ts';

/** The households, and the one that an address names. */
export function useHousehold(
  households: Households,
  id: string | undefined,
): {
  readonly list: readonly Household[];
  readonly chosen: Household | undefined;
  readonly loaded: boolean;
  readonly error: unknown;
} {
  const { households: list, loaded, error } = useValue(households.state);
  return { list, loaded, error, chosen: list.find((each) => each.id === id) };
}
