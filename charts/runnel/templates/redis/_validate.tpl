{{- /* Rules between the values of redis: a list of problems, as YAML. None quotes the URL, which may hold a password. */ -}}
{{- define "runnel.redisProblems" -}}
{{- $problems := list -}}
{{- with .Values.redis -}}
{{- $url := include "runnel.text" .url -}}

{{- if and $url .existingSecret.name (not (or .existingSecret.usernameKey .existingSecret.passwordKey)) -}}
{{- $problems = append $problems "redis.url and redis.existingSecret.name are both set: if the Secret holds the password, name its key in redis.existingSecret.passwordKey; if it holds the URL, leave redis.url out" -}}
{{- end -}}
{{- if and $url (not (regexMatch "^rediss?([+](sentinel|cluster))?://." $url)) -}}
{{- $problems = append $problems "redis.url is none that is known, expected redis://host:6379, redis+sentinel://host1,host2/name or redis+cluster://host1,host2, and rediss in place of redis for TLS" -}}
{{- end -}}

{{- if not .existingSecret.name -}}
{{- range $name, $key := dict "usernameKey" .existingSecret.usernameKey "passwordKey" .existingSecret.passwordKey -}}
{{- if $key -}}
{{- $problems = printf "redis.existingSecret.%s is set without redis.existingSecret.name: name the Secret that has this key" $name | append $problems -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .username .existingSecret.usernameKey -}}
{{- $problems = append $problems "redis.username and redis.existingSecret.usernameKey are both set: only one of them can say who the pods are" -}}
{{- end -}}
{{- if and (or .username .existingSecret.usernameKey) (regexMatch "^[^/]*//[^:@/?#]+(:[^@/?#]*)?@" $url) -}}
{{- $problems = append $problems "redis.url names a user, as another value does: leave the user out of the URL" -}}
{{- end -}}
{{- if and .existingSecret.passwordKey (include "runnel.redisUrlHasPassword" $) -}}
{{- $problems = append $problems "redis.url holds a password while redis.existingSecret.passwordKey names one: leave the password out of the URL" -}}
{{- end -}}

{{- $certificates := dict "caSecret.name" .caSecret.name "certificateSecret.name" .certificateSecret.name -}}
{{- if not (include "runnel.hasRedis" $) -}}
{{- range $name, $value := merge (dict "username" .username "prefix" .prefix) $certificates -}}
{{- if $value -}}
{{- $problems = printf "redis.%s is set without redis.url or redis.existingSecret.name" $name | append $problems -}}
{{- end -}}
{{- end -}}
{{- if eq .publishAck "replicated" -}}
{{- $problems = append $problems "redis.publishAck is replicated without redis.url or redis.existingSecret.name: a log in memory has no replica" -}}
{{- end -}}
{{- else if regexMatch "^redis[:+]" $url -}}
{{- range $name, $value := $certificates -}}
{{- if $value -}}
{{- $problems = printf "redis.%s is set while redis.url is without TLS: expected rediss in place of redis" $name | append $problems -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $problems -}}
{{- end -}}

{{- define "runnel.redisUrlHasPassword" -}}
{{- if regexMatch "^[^/]*//[^:@/?#]*:[^@/?#]+@" (include "runnel.text" .Values.redis.url) -}}yes{{- end -}}
{{- end -}}
