export default String;
