import { describe, expect, it } from 'vitest';
import { readOptions, settle } from './options.ts';

describe('options', () => {
  it('come from the environment, and from nowhere else their defaults', () => {
    expect(readOptions({ PATH: '/bin', PRICES_LANGUAGE: '' })).toEqual({});
    const env = {
      PRICES_LANGUAGE: 'ru',
      PRICES_MAX_WATCHES: '5',
      PRICES_SHOP_ALLOW: '10.0.0.0/8, 192.168.1.7',
      PRICES_SHOP_PORTS: '8080 8443',
    };
    expect(settle(readOptions(env))).toMatchObject({
      language: 'ru',
      maxWatches: 5,
      maxProducts: 1000,
      shopAllow: ['10.0.0.0/8', '192.168.1.7'],
      shopPorts: [8080, 8443],
    });
    expect(settle(readOptions({ PRICES_SHOP_PORTS: 'any' })).shopPorts).toBe('any');
  });

  it.each([
    ['PRICES_LANGUAGE', 'xx'],
    ['PRICES_MAX_WATCHES', '0'],
    ['PRICES_MAX_PRODUCTS', 'many'],
    ['PRICES_HISTORY_SIZE', '-1'],
    ['PRICES_IMPORT_BYTES', '1.5'],
    ['PRICES_SHOP_DELAY', '1e400'],
    ['PRICES_SHOP_CONTACT', 'me'],
    ['PRICES_SHOP_PORTS', 'http'],
  ])('%s=%s is refused by its name', (name, value) => {
    expect(() => settle(readOptions({ [name]: value }))).toThrow(name);
  });
});
