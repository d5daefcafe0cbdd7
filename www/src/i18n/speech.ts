import en from './en.json';

export type Key = keyof typeof en;
/** A text with its `{places}`, or one for each plural form that the language has, chosen by `count`. */
export type Message = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type Strings = Record<Key, Message>;
export type Filling = Record<string, string | number>;

export const PLACE = /\{([a-zA-Z]+)\}/g;

/** One language as the page speaks it: its strings, its numbers, its plural forms. */
export class Speech {
  readonly direction: 'ltr' | 'rtl';
  private readonly plural: Intl.PluralRules;
  private readonly formats = new Map<number | undefined, Intl.NumberFormat>();

  constructor(
    readonly tag: string,
    private readonly strings: Strings,
  ) {
    this.direction = strings.direction === 'rtl' ? 'rtl' : 'ltr';
    this.plural = new Intl.PluralRules(tag);
  }

  /** The text of this key. Numbers are written as the language writes them, texts as they are. */
  say(key: Key, filling: Filling = {}): string {
    const message = this.strings[key];
    const text = typeof message === 'string' ? message : (message[this.plural.select(Number(filling['count']))] ?? message.other ?? '');
    return text.replace(PLACE, (place, name: string) => {
      const value = filling[name];
      if (value === undefined) return place;
      const written = typeof value === 'number' ? this.number(value) : value;
      // What is put in may run the other way; between these marks it does not disturb the order of what is around it.
      return this.direction === 'rtl' ? `\u2068${written}\u2069` : written;
    });
  }

  /** A whole number. */
  number(value: number): string {
    return this.format(undefined).format(value);
  }

  /** With so many digits after the point. To add nothing makes zero of minus zero. */
  decimals(value: number | undefined | null, digits: number): string {
    return value == null || !Number.isFinite(value) ? this.say('number.none') : this.format(digits).format(value + 0);
  }

  /** A share from 0 to 1. */
  percent(value: number | undefined | null): string {
    if (value == null || !Number.isFinite(value)) return this.say('number.none');
    return this.say('number.percent', { number: this.decimals(100 * value, value > 0.995 && value < 1 ? 1 : 0) });
  }

  duration(seconds: number): string {
    if (!Number.isFinite(seconds) || seconds < 0) return this.say('time.unknown');
    if (seconds < 1) return this.say('time.instant');
    if (seconds < 90) return this.say('time.seconds', { count: Math.round(seconds) });
    const minutes = Math.round(seconds / 60);
    if (minutes < 90) return this.say('time.minutes', { count: minutes });
    return this.say('time.hours', { count: seconds / 3600, hours: this.decimals(seconds / 3600, 1) });
  }

  private format(digits: number | undefined): Intl.NumberFormat {
    let format = this.formats.get(digits);
    if (!format) {
      const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false } as const;
      format = new Intl.NumberFormat(this.tag, digits === undefined ? { maximumFractionDigits: 0 } : fixed);
      this.formats.set(digits, format);
    }
    return format;
  }
}

/** What stays English whatever the page speaks, speaks with this. */
export const english = new Speech('en', en);
