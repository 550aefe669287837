import { type Submit, useSubmit as useSubmitOf } from '../../shared/web/use-submit.ts';
import { type Kitchen, problemOf } from './kitchen.ts';

/** Sends what a form says, once however often it is tried. */
export function useSubmit(kitchen: Kitchen): Submit {
  return useSubmitOf((error) => problemOf(kitchen, error));
}
