package refinery.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleBinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An arithmetic expression over named sizes, such as {@code 2GiB + 1.5 * input} or {@code min(4, 1
 * + input / 1GiB)}. Numbers may have a unit of bytes. A name without a value is 0, and so is what
 * is divided by 0. Immutable; evaluation has no side effects.
 */
final class Expression {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<number>\\d+(?:\\.\\d+)?)\\s*(?<unit>[KMGT]i?B|B)?(?![A-Za-z0-9_])"
              + "|(?<name>[a-z_][a-z0-9_]*)|(?<sign>[-+*/(),]))");
  private static final Map<String, Double> UNITS =
      Map.of(
          "B", 1.0, "KB", 1e3, "MB", 1e6, "GB", 1e9, "TB", 1e12, "KiB", 0x1p10, "MiB", 0x1p20,
          "GiB", 0x1p30, "TiB", 0x1p40);
  private static final Map<String, DoubleBinaryOperator> FUNCTIONS =
      Map.of("min", Math::min, "max", Math::max);

  /** Brackets, numbers and names: this bounds the recursion, here and when it is evaluated. */
  private static final int MOST_TERMS = 200;

  private final String text;
  private final Node root;

  private Expression(String text, Node root) {
    this.text = text;
    this.root = root;
  }

  /**
   * @param names the variables that may occur
   * @throws IllegalArgumentException says what is wrong and where
   */
  static Expression parse(String text, Set<String> names) {
    Parser parser = new Parser(text, names);
    return new Expression(text, parser.whole());
  }

  double evaluate(Map<String, Double> values) {
    return value(root, values);
  }

  @Override
  public String toString() {
    return text;
  }

  private sealed interface Node {
    record Number(double value) implements Node {}

    record Name(String name) implements Node {}

    record Operation(DoubleBinaryOperator operator, Node left, Node right) implements Node {}
  }

  private static double value(Node node, Map<String, Double> values) {
    return switch (node) {
      case Node.Number number -> number.value();
      case Node.Name name -> values.getOrDefault(name.name(), 0.0);
      case Node.Operation operation ->
          operation
              .operator()
              .applyAsDouble(value(operation.left(), values), value(operation.right(), values));
    };
  }

  /** A recursive descent parser: a sum of products of atoms. */
  private static final class Parser {
    private final String text;
    private final Set<String> names;
    private final Matcher matcher;
    private int position;
    private int terms;

    Parser(String text, Set<String> names) {
      this.text = text;
      this.names = names;
      this.matcher = TOKEN.matcher(text);
    }

    Node whole() {
      Node node = sum();
      if (!text.substring(position).isBlank()) {
        throw wrong("unexpected");
      }
      return node;
    }

    private Node sum() {
      Node left = product();
      while (true) {
        if (accept("+")) {
          left = new Node.Operation(Double::sum, left, product());
        } else if (accept("-")) {
          left = new Node.Operation((a, b) -> a - b, left, product());
        } else {
          return left;
        }
      }
    }

    private Node product() {
      Node left = atom();
      while (true) {
        if (accept("*")) {
          left = new Node.Operation((a, b) -> a * b, left, atom());
        } else if (accept("/")) {
          left = new Node.Operation((a, b) -> b == 0 ? 0 : a / b, left, atom());
        } else {
          return left;
        }
      }
    }

    private Node atom() {
      if (++terms > MOST_TERMS) {
        throw wrong("more than " + MOST_TERMS + " terms");
      }
      if (accept("(")) {
        Node inner = sum();
        expect(")");
        return inner;
      }
      if (!next()) {
        throw wrong("a number or a name is missing");
      }
      if (matcher.group("number") != null) {
        position = matcher.end();
        String unit = matcher.group("unit");
        double factor = unit == null ? 1 : UNITS.get(unit);
        return new Node.Number(Double.parseDouble(matcher.group("number")) * factor);
      }
      String name = matcher.group("name");
      if (name == null) {
        throw wrong("unexpected");
      }
      position = matcher.end();
      return FUNCTIONS.containsKey(name) ? call(FUNCTIONS.get(name)) : variable(name);
    }

    private Node call(DoubleBinaryOperator function) {
      expect("(");
      Node left = sum();
      expect(",");
      Node right = sum();
      expect(")");
      return new Node.Operation(function, left, right);
    }

    private Node variable(String name) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException(
            "'%s': unknown name '%s'; known: %s"
                .formatted(text, name, List.copyOf(new TreeSet<>(names))));
      }
      return new Node.Name(name);
    }

    private boolean next() {
      return matcher.region(position, text.length()).lookingAt();
    }

    private boolean accept(String sign) {
      if (next() && sign.equals(matcher.group("sign"))) {
        position = matcher.end();
        return true;
      }
      return false;
    }

    private void expect(String sign) {
      if (!accept(sign)) {
        throw wrong("expected '" + sign + "'");
      }
    }

    private IllegalArgumentException wrong(String what) {
      return new IllegalArgumentException(
          "'%s': %s at character %d".formatted(text, what, position + 1));
    }
  }
}
