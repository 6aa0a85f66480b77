package dev.pleas.cli;

import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.session.LoadedModel;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The size of an image as people write it: {@code 224x224}. */
record InputSize(int height, int width) {
  LoadedModel apply(LoadedModel model) {
    Shape input = model.graph().valueShape(model.graph().onlyInput());
    return model.withInput(Shape.of(input.dim(0), height, width));
  }

  /** Reads what was typed. */
  static final class Converter implements ITypeConverter<InputSize> {
    @Override
    public InputSize convert(String text) {
      if (!text.matches("[1-9]\\d{0,4}x[1-9]\\d{0,4}")) {
        throw new TypeConversionException(
            "expected height and width such as 224x224, found \"" + text + "\"");
      }
      String[] sides = text.split("x", -1);
      return new InputSize(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
    }
  }
}
