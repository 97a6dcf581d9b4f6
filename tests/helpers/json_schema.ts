import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

/** A document with schemas that refer to each other by `#/components/schemas/NAME`. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** One request in an OpenAPI document. */
interface ApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, ApiContent>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, ApiContent>> }>>;
}

/** A body in an OpenAPI document. */
interface ApiContent {
  readonly schema?: object;
  readonly example?: unknown;
}

/** Holds values against the schemas of a document. */
export class SchemaChecker {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #components: object;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor({ components }: { readonly components: object }) {
    this.#components = components;
  }

  /** What is wrong with a value; empty where nothing is. */
  faults(schema: object, value: unknown): string {
    const key = JSON.stringify(schema);
    const validate = this.#compiled.get(key) ??
      this.#ajv.compile({ ...schema, components: this.#components });
    this.#compiled.set(key, validate);
    return validate(value) ? "" : this.#ajv.errorsText(validate.errors);
  }
}
