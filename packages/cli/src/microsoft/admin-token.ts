/** Variable with an admin's token for Microsoft Graph: in the environment alone, so that it stands in no list of processes. */
export const TOKEN_VARIABLE = "TRUNKLINE_GRAPH_TOKEN";
/** The one permission with which it lets the doctor see everything that it looks at. */
export const READER_PERMISSION = "Directory.Read.All";
