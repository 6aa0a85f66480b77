package dev.pleas.cli;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.session.LoadedModel;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The size of an input as people write it: of an image {@code 224x224}, of a text {@code 128}. */
record InputSize(List<Integer> lengths) {
  LoadedModel apply(LoadedModel model) {
    Shape input = model.graph().valueShape(model.graph().onlyInput());
    boolean texts = input.rank() == 1;
    if (texts != (lengths.size() == 1)) {
      throw new ConfigurationException(
          model.path()
              + (texts
                  ? ": takes texts: expected their number of words as --input-size, such as 128"
                  : ": takes images: expected height and width as --input-size, such as 224x224"));
    }
    return model.withInput(
        texts ? Shape.of(lengths.get(0)) : Shape.of(input.dim(0), lengths.get(0), lengths.get(1)));
  }

  /** Reads what was typed. */
  static final class Converter implements ITypeConverter<InputSize> {
    @Override
    public InputSize convert(String text) {
      if (!text.matches("[1-9]\\d{0,4}(x[1-9]\\d{0,4})?")) {
        throw new TypeConversionException(
            "expected height and width such as 224x224, or of texts a number of words, found \""
                + text
                + "\"");
      }
      return new InputSize(Stream.of(text.split("x", -1)).map(Integer::valueOf).toList());
    }
  }
}
