#!/bin/bash
# A fast scan of a machine that has lived; its results as one short line, for a channel that takes no files.
set -euo pipefail
here=$(dirname "$0")
"$here/scan.sh" drift fast
cd "$here/.."
python3 - > results/drift.txt << 'end'
import base64, gzip, json, re

text = gzip.open('results/drift.xml.gz', 'rt', encoding='utf-8').read()
facts = json.load(open('results/drift.json'))
pattern = r'<rule-result [^>]*idref="([^"]+)".*?<result>(\w+)</result>'
# A rule checked several times has several results; not selected ones were not asked.
results = {}
for rule, result in re.findall(pattern, text, re.S):
    if result != 'notselected' and results.get(rule) != 'fail':
        results[rule] = result
kept = {name: facts[name] for name in ('environment', 'scanner', 'system', 'kernel', 'startedAtMs', 'durationMs', 'profile')}
whole = json.dumps({**kept, 'results': results}).encode()
print('drift: ' + base64.b64encode(gzip.compress(whole, 9)).decode())
end
