package refinery.survey;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.deser.std.StdDelegatingDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.module.SimpleDeserializers;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.CollectionType;
import com.fasterxml.jackson.databind.type.MapType;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.Converter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.pcollections.OrderedPMap;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/** Reads persistent maps and sets from JSON; they are written as any map or set is. */
final class PersistentCollections {
  private PersistentCollections() {}

  static Module module() {
    SimpleModule module = new SimpleModule("persistent collections");
    module.setDeserializers(new Deserializers());
    return module;
  }

  private static final class Deserializers extends SimpleDeserializers {
    private static final long serialVersionUID = 1L;

    @Override
    public JsonDeserializer<?> findMapDeserializer(
        MapType type,
        DeserializationConfig config,
        BeanDescription bean,
        KeyDeserializer keys,
        TypeDeserializer valueTypes,
        JsonDeserializer<?> values) {
      BiFunction<TypeFactory, MapType, JavaType> plain =
          (types, map) ->
              types.constructMapType(LinkedHashMap.class, map.getKeyType(), map.getContentType());
      if (type.hasRawClass(TreePMap.class)) {
        return reader(type, plain, PersistentCollections::sorted);
      }
      return type.hasRawClass(OrderedPMap.class)
          ? reader(type, plain, PersistentCollections::ordered)
          : null;
    }

    @Override
    public JsonDeserializer<?> findCollectionDeserializer(
        CollectionType type,
        DeserializationConfig config,
        BeanDescription bean,
        TypeDeserializer elementTypes,
        JsonDeserializer<?> elements) {
      return type.hasRawClass(TreePSet.class)
          ? reader(
              type,
              (types, set) -> types.constructCollectionType(ArrayList.class, set.getContentType()),
              PersistentCollections::set)
          : null;
    }
  }

  private static <T extends JavaType> JsonDeserializer<?> reader(
      T type, BiFunction<TypeFactory, T, JavaType> plain, Function<Object, Object> made) {
    return new StdDelegatingDeserializer<>(
        new Converter<Object, Object>() {
          @Override
          public Object convert(Object read) {
            return made.apply(read);
          }

          @Override
          public JavaType getInputType(TypeFactory types) {
            return plain.apply(types, type);
          }

          @Override
          public JavaType getOutputType(TypeFactory types) {
            return type;
          }
        });
  }

  @SuppressWarnings("unchecked") // keys of records that have a TreePMap can be compared
  private static Object sorted(Object map) {
    return TreePMap.<Comparable<Object>, Object>from((Map<Comparable<Object>, Object>) map);
  }

  @SuppressWarnings("unchecked")
  private static Object ordered(Object map) {
    return OrderedPMap.<Object, Object>from((Map<Object, Object>) map);
  }

  @SuppressWarnings("unchecked")
  private static Object set(Object elements) {
    return TreePSet.<Comparable<Object>>from((List<Comparable<Object>>) elements);
  }
}
