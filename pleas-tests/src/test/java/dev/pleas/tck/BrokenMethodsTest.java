package dev.pleas.tck;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.DataException;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.merge.MethodParameter;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

class BrokenMethodsTest extends BrokenSuite<MergeMethodProvider> {
  BrokenMethodsTest() {
    super("method", Suite.class, provider -> Suite.underTest = provider);
  }

  static final class Suite extends MergeMethodContract {
    private static MergeMethodProvider underTest;

    @Override
    protected MergeMethodProvider provider() {
      return underTest;
    }
  }

  private static Broken<MergeMethodProvider> broken(
      int rule, Supplier<MergeMethod> method, String text) {
    return new Broken<>("method" + rule, () -> TestProvider.method(method), text);
  }

  private static MethodParameter weight(String defaultValue) {
    return new MethodParameter("weight", defaultValue, "share of the second network");
  }

  private static Matrix one() {
    return Matrix.wrap(1, 1, new double[] {1});
  }

  @Override
  List<Broken<MergeMethodProvider>> cases() {
    AtomicInteger calls = new AtomicInteger();
    return List.of(
        broken(
            701,
            () -> BrokenMethods.listing(new MethodParameter("Weight", "0.5", "share")),
            "the setting \"Weight\" does not match"),
        broken(
            701,
            () -> BrokenMethods.listing(weight("0.5"), weight("0.5")),
            "two settings are named weight"),
        broken(
            701,
            () -> BrokenMethods.listing(new MethodParameter("weight", "0.5", "")),
            "the setting weight has no description"),
        broken(
            702,
            () -> BrokenMethods.listing(weight("half")),
            "the defaults {weight=half} were given, which led to"),
        broken(
            702,
            () -> BrokenMethods.listing(weight("0.25")),
            "without settings, then with all defaults given: conv1.weight[0] is"),
        broken(703, BrokenMethods::largerInputs, "inputs of the result"),
        broken(704, BrokenMethods::renamedOutput, "named first and second, found [result]"),
        broken(
            705,
            () -> BrokenMethods.scaled(() -> 1.1f),
            "output logits[0] of a network merged with itself"),
        broken(706, BrokenMethods::inPlace, "the first source before a merge, and after"),
        broken(
            707,
            () -> BrokenMethods.scaled(() -> 1 + calls.incrementAndGet() / 16f),
            "merged twice: conv1.weight[0] is"),
        broken(708, BrokenMethods::silentReport, "settings in force that the report does not have"),
        broken(709, BrokenMethods::nestedStages, "began within stage"),
        broken(709, BrokenMethods::openStage, "stage \"report\" was not closed"),
        broken(709, BrokenMethods::tooManySteps, "advanced by 2 to 2 of 1 steps"),
        broken(710, BrokenMethods::leaking, "bytes on the backend before and after a merge"),
        broken(710, BrokenMethods::closing, "the method closed the backend"),
        broken(711, BrokenMethods.oneAtATime(), "used by 4 threads at once"),
        broken(
            712,
            BrokenMethods::forgiving,
            "a setting that the method does not know must be refused"),
        broken(
            712,
            () ->
                BrokenMethods.instead(
                    ConfigurationException.class, e -> new ConfigurationException("bad settings")),
            "the message must name no-such-setting, found \"bad settings\""),
        broken(713, BrokenMethods::forgiving, "no-such-value as setting weight must be refused"),
        broken(
            713,
            () ->
                BrokenMethods.instead(
                    ConfigurationException.class, e -> new NumberFormatException("no-such-value")),
            "expected a ConfigurationException, found java.lang.NumberFormatException"),
        broken(
            714,
            () ->
                BrokenMethods.instead(
                    ModelException.class, e -> new ArrayIndexOutOfBoundsException(180)),
            "merging networks of different width: expected a ModelException, found"),
        broken(
            715,
            () ->
                BrokenMethods.instead(
                    ConfigurationException.class, e -> new IllegalStateException("three")),
            "or refused with a ConfigurationException, found java.lang.IllegalStateException"),
        broken(
            716,
            () -> BrokenMethods.instead(DataException.class, e -> new NullPointerException()),
            "merging without calibration data: expected a DataException, found"),
        broken(
            717,
            () -> BrokenMethods.instead(DataException.class, e -> new DataException("no")),
            "the message must name [2, 6, 5], found \"no\""),
        broken(
            718,
            BrokenMethods::leakingWhenItFails,
            "bytes on the backend after a merge that failed"),
        broken(719, BrokenMethods::planningAnotherInput, "nodes of the planned network"),
        broken(
            720,
            () -> BrokenMethods.planning(plan -> plan),
            "planning with a setting that the method does not know must be refused"),
        broken(
            721,
            () ->
                BrokenMethods.keeping(
                    (request, sink) -> {
                      sink.put("count", one());
                      throw new ConfigurationException("none");
                    }),
            "statistics of a method that has none"),
        broken(
            722,
            () -> BrokenMethods.keeping((request, sink) -> sink.put("count", one())),
            "merged by the same statistics twice: conv1.weight[0] is"),
        broken(
            723,
            () -> BrokenMethods.keeping((request, sink) -> sink.put("mean", one())),
            "mean[0] of the whole data, and added up from two parts"));
  }
}
