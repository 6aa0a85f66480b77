package dev.pleas.cli.merge;

import dev.pleas.api.merge.MethodParameter;
import dev.pleas.cli.session.Session;
import dev.pleas.cli.statistics.StatisticsOrigin;
import dev.pleas.models.data.DataSpec;
import dev.pleas.models.data.LabeledSamples;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says what statistics are that were collected for a plan. */
final class CollectedStatistics {
  private CollectedStatistics() {}

  /**
   * Returns of which networks, images and settings they are.
   *
   * @param known the parameters of the plan's method
   * @param sources of the plan
   * @param images what the samples were read from
   */
  static StatisticsOrigin origin(
      MergePlan plan,
      List<MethodParameter> known,
      List<Provenance.Source> sources,
      DataSpec images,
      LabeledSamples samples) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (MethodParameter parameter : known) {
      if (StatisticsOrigin.SETTINGS.contains(parameter.name())) {
        String given = plan.parameters().get(parameter.name());
        settings.put(parameter.name(), given == null ? parameter.defaultValue() : given.strip());
      }
    }
    Provenance.Calibration used = Provenance.Calibration.of(images, samples.count());
    return new StatisticsOrigin(
        StatisticsOrigin.FORMAT,
        Session.version(),
        plan.method(),
        settings,
        plan.seed(),
        sources.stream()
            .map(
                source ->
                    new StatisticsOrigin.Source(
                        source.name(), source.sha256(), source.architecture()))
            .toList(),
        samples.shape(),
        images.preprocessing(),
        List.of(
            new StatisticsOrigin.Images(
                used.data(), used.sha256(), images.classes(), used.samples())));
  }
}
