// Prometheus mixin: the rules and alerts of rules.yml and alerts.yml, and the dashboards, under another job and
// with the address of the docs. It needs jsonnet 0.18 or later, which parses YAML.
{
  _config+:: { job: 'classifier', docs: 'docs/' },

  local groups(file) =
    local of_job = std.strReplace(file, 'job="classifier"', 'job="%s"' % $._config.job);
    std.parseYaml(std.strReplace(of_job, 'runbook_url: docs/', 'runbook_url: ' + $._config.docs)).groups,

  prometheusRules+:: { groups+: groups(importstr 'rules.yml') },
  prometheusAlerts+:: { groups+: groups(importstr 'alerts.yml') },
  grafanaDashboards+:: {
    'classifier.json': import '../grafana/classifier.json',
    'classifier-fleet.json': import '../grafana/classifier-fleet.json',
  },
}
