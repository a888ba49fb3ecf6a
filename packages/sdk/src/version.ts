/** This package's version, as the header `Trunkline-Client` tells it. A test holds it to package.json. */
export const VERSION = "0.0.0";
