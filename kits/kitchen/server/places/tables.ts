import { type Generated, type Kit, withId } from '@tidings/server/kit';

/** The tables of the places. Of users there is no position in any. Times are milliseconds since 1970-01-01 UTC. */
export interface PlaceTables {
  /** Who has opted in, to what. */
  kitchen_place_settings: { user: string; enabled: number; share: number };
  /** Shops, and geofences of groups. */
  kitchen_places: {
    id: Generated<number>;
    /** The backend's own id of a shop; null for a geofence. */
    shop: string | null;
    /** Whose geofence it is; null for a shop. */
    group: number | null;
    name: string;
    latitude: number;
    longitude: number;
    /** Metres. */
    radius: number;
    /** JSON array of names. */
    sells: string;
  };
  /** Who is where, as long as their position may be known. */
  kitchen_visits: { user: string; place: number; user_name: string; told: number; expires: number };
}

export const PLACE_MIGRATIONS: NonNullable<Kit['migrations']> = {
  '008-places': {
    async up(db) {
      const { schema } = db;
      await schema
        .createTable('kitchen_place_settings')
        .addColumn('user', 'text', (column) => column.primaryKey())
        .addColumn('enabled', 'integer', (column) => column.notNull())
        .addColumn('share', 'integer', (column) => column.notNull())
        .execute();
      await schema
        .createTable('kitchen_places')
        .$call(withId(db))
        .addColumn('shop', 'text', (column) => column.unique())
        .addColumn('group', 'bigint', (column) => column.references('kitchen_groups.id').onDelete('cascade'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('latitude', 'double precision', (column) => column.notNull())
        .addColumn('longitude', 'double precision', (column) => column.notNull())
        .addColumn('radius', 'integer', (column) => column.notNull())
        .addColumn('sells', 'text', (column) => column.notNull())
        .execute();
      await schema
        .createIndex('kitchen_places_position')
        .on('kitchen_places')
        .columns(['latitude', 'longitude'])
        .execute();
      await schema.createIndex('kitchen_places_group').on('kitchen_places').column('group').execute();
      await schema
        .createTable('kitchen_visits')
        .addColumn('user', 'text', (column) => column.notNull())
        .addColumn('place', 'bigint', (column) =>
          column.notNull().references('kitchen_places.id').onDelete('cascade'),
        )
        .addColumn('user_name', 'text', (column) => column.notNull())
        .addColumn('told', 'integer', (column) => column.notNull())
        .addColumn('expires', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('kitchen_visits_key', ['user', 'place'])
        .execute();
      await schema.createIndex('kitchen_visits_expires').on('kitchen_visits').column('expires').execute();
    },
  },
};
