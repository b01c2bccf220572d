/**
 * `need(command, key)`: ends the script with an error unless its user may run the command on the key. To be
 * called before the first write for all that must not fail after it: what is written by then stays.
 */
export const RIGHTS = `
local function need(command, key)
  if redis.acl_check_cmd(command, key) then return end
  error(redis.error_reply("NOPERM the user may not run the '" .. string.lower(command) .. "' command on " .. key))
end
`
