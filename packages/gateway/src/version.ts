/** This package's version, as `GET /v1/me` and the OpenAPI document tell it. A test holds it to package.json. */
export const VERSION = "0.0.0";
