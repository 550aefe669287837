import { TidingsError } from '@tidings/protocol';
import { Check } from 'typebox/value';
import { Category } from './notification.ts';
import { ParsedTemplate, type Template } from './template.ts';

const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** The templates of all kits, under `KIT.NAME`. */
export class Templates {
  readonly #byName = new Map<string, ParsedTemplate>();

  /** @throws Error that names the template and what is wrong with it. */
  add(kit: string, templates: Readonly<Record<string, Template>>): void {
    for (const [name, template] of Object.entries(templates)) {
      try {
        if (!NAME.test(name)) throw new Error(`its name must match ${NAME.source}`);
        if (!Check(Category, template?.category)) throw new Error('its category is no category');
        this.#byName.set(`${kit}.${name}`, new ParsedTemplate(template));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`notification "${name}": ${why}`, { cause: error });
      }
    }
  }

  /** @throws TidingsError `invalid_request`. */
  get(name: string): ParsedTemplate {
    const template = this.#byName.get(name);
    if (!template) throw new TidingsError('invalid_request', `There is no template "${name}".`);
    return template;
  }
}
