/** The part of a command's `--help` about its requests. */
export const REQUEST_USAGE = `
Where something in front asks for more:
  --header 'NAME: VALUE'  a further header of all requests; may be repeated, and is never printed
  --header-file FILE      the same from a file, one a line, which is read anew for each request:
                          other users of the machine see the arguments of a process, and a token may
                          be rotated
A user and password in the address (https://user:password@host) become the header Authorization.
Requests go through the proxy of HTTP_PROXY or HTTPS_PROXY, except to the hosts of NO_PROXY (or in
small letters).
`
